"""Renders the values with the real chart, once per case; used by the tests beside it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.chart_values import chart_values
from offline.chart import templates
from stacks.airflow_sections import AirflowSettings
from tests.components.airflow_samples import GIT, INPUTS, PINNED, SIZE, SOURCES, settings

CHART = os.environ.get("AIRFLOW_CHART", "")
needs_chart = [
    pytest.mark.chart,
    pytest.mark.skipif(not CHART, reason="AIRFLOW_CHART is not set: the path of airflow-1.22.0.tgz"),
]

PLACED = {
    **SIZE,
    "node_selector": {"example.com/pool": "tasks"},
    "tolerations": [{"key": "spot", "value": "true", "effect": "NoSchedule"}],
}
"""Task pods on nodes of their own."""
CASES: dict[str, AirflowSettings] = {
    "celery": settings(),
    "git-sync": settings(dags=[GIT]),
    "sources": settings(dags=SOURCES, executor="CeleryExecutor,KubernetesExecutor"),
    "kubernetes": settings(executor="KubernetesExecutor"),
    "both": settings(executor="CeleryExecutor,KubernetesExecutor", image=PINNED),
    "local": settings(executor="LocalExecutor"),
    "placed": settings(executor="KubernetesExecutor", task_pods=PLACED),
    "pods": settings(executor="LocalExecutor", tasks_may_start_pods=True),
}
AIRFLOW_PODS = ("api-server", "dag-processor", "scheduler", "triggerer", "worker")
each_case = pytest.mark.parametrize("case", CASES)
each_pod = pytest.mark.parametrize("part", AIRFLOW_PODS)


@cache
def rendered(case: str) -> dict[str, str]:
    """Template to text; each case is rendered once (0.7 s)."""
    return templates(Path(CHART), chart_values(CASES[case], INPUTS), name="airflow", namespace="airflow")


def objects(case: str) -> list[dict[str, Any]]:
    texts = [text for template, text in rendered(case).items() if template.endswith((".yaml", ".yml"))]
    return [item for text in texts for item in yaml.safe_load_all(text) if item]


def find(case: str, kind: str, name: str) -> dict[str, Any]:
    (found,) = [o for o in objects(case) if o["kind"] == kind and o["metadata"]["name"] == name]
    return found


def deployments(case: str) -> dict[str, dict[str, Any]]:
    return {o["metadata"]["name"]: o for o in objects(case) if o["kind"] == "Deployment"}


def pod(case: str, part: str) -> dict[str, Any]:
    return deployments(case)[f"airflow-{part}"]["spec"]["template"]


def task_pod(case: str) -> dict[str, Any]:
    """The template that KubernetesExecutor starts each task's pod from."""
    return yaml.safe_load(find(case, "ConfigMap", "airflow-config")["data"]["pod_template_file.yaml"])


def containers(template: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from template["spec"].get("initContainers") or []
    yield from template["spec"]["containers"]


def main(case: str, part: str) -> dict[str, Any]:
    return pod(case, part)["spec"]["containers"][0]


def variables(container: dict[str, Any]) -> dict[str, Any]:
    return {entry["name"]: entry.get("value", entry.get("valueFrom")) for entry in container["env"]}
