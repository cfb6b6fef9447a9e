"""Kubernetes labels from the tags of the stack file. Pure."""

import re
from collections.abc import Mapping

from components import naming

PREFIX = "tags.airflow"
"""Keeps a tag `component` from becoming the chart's own label of that name, which its selectors use."""

LONGEST = 63
"""Characters of a label's name or value (Kubernetes)."""


def kubernetes_labels(tags: Mapping[str, str]) -> dict[str, str]:
    """`{"Owner": "data platform"}` gives `{"tags.airflow/Owner": "data_platform"}`, in a fixed order."""
    return {f"{PREFIX}/{_name(key)}": _legal(tags[key]) for key in sorted(tags)}


def _name(key: str) -> str:
    """The key; one that is no legal name gets its digest too, so that no two tags share a label."""
    legal = _legal(key)
    if legal == key:
        return key
    mark = naming.digest(key)
    return f"{legal[: LONGEST - len(mark) - 1] or 'tag'}-{mark}"


def _legal(text: str) -> str:
    """Letters, digits, `-`, `_` and `.`, with a letter or digit at both ends; a value may be empty."""
    return re.sub(r"[^A-Za-z0-9._-]", "_", text)[:LONGEST].strip("._-")
