"""Which changes a provider cannot make in place: data per resource type, with its sources."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml

from review.model import PropertyChange

_DATA = Path(__file__).parent / "data" / "replacements.yaml"

_KUBERNETES_IDENTITY = ("apiVersion", "kind", "metadata.name", "metadata.namespace")
"""Another name is another object; every type of the kubernetes provider."""


@cache
def replacements() -> dict[str, list[str]]:
    """Type -> the inputs whose change makes a new resource."""
    return yaml.safe_load(_DATA.read_text())["types"]


def forces_replacement(type_: str, change: PropertyChange) -> bool:
    """True if the change makes a new resource and removes the old one."""
    if type_.startswith("random:"):
        return True  # every argument of the random provider
    if type_.startswith("kubernetes:") and _within(change.path, _KUBERNETES_IDENTITY):
        return True
    return _within(change.path, tuple(replacements().get(type_, ())))


def _within(path: str, listed: tuple[str, ...]) -> bool:
    return any(path == entry or path.startswith((f"{entry}.", f"{entry}[")) for entry in listed)
