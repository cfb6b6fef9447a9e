"""The chart rendered by the real Helm engine: no cluster and no Helm program, just the chart's .tgz."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from offline.program import LOADER

VARIABLE = "AIRFLOW_CHART"
"""Environment variable with the path of the chart's .tgz."""
RELEASE = "kubernetes:helm.sh/v3:Release"


def templates(chart: Path, values: Mapping[str, Any], *, name: str, namespace: str) -> dict[str, str]:
    """Template file -> rendered text. Takes about 0.7 s."""
    from helm_python import Chart  # here, because most of the program runs without it

    with Chart.load(str(chart)) as loaded:
        return loaded.render(dict(values), name=name, namespace=namespace)


def render(chart: Path, values: Mapping[str, Any], *, name: str, namespace: str) -> list[dict[str, Any]]:
    """The objects of a release."""
    texts = templates(chart, values, name=name, namespace=namespace)
    documents = (
        d
        for file, text in texts.items()
        if file.endswith((".yaml", ".yml"))
        for d in yaml.load_all(text, Loader=LOADER)
    )
    return [document for document in documents if isinstance(document, dict)]
