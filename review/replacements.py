"""Which changes a provider cannot make in place: data per resource type, with its sources."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import yaml

from review.model import PropertyChange

_DATA = Path(__file__).parent / "data" / "replacements.yaml"

_KUBERNETES_IDENTITY = ("apiVersion", "kind", "metadata.name", "metadata.namespace")
"""Another name is another object; every type of the kubernetes provider."""

_GLOBAL = "aws:iam/"
"""How the types of the aws provider begin that know no region."""

CACHE = "aws:elasticache/replicationGroup:ReplicationGroup"


@cache
def replacements() -> dict[str, list[str]]:
    """Type -> the inputs whose change makes a new resource."""
    return yaml.safe_load(_DATA.read_text())["types"]


def is_known(type_: str) -> bool:
    """Whether the data tells what a change of this type does; of kubernetes it has the exceptions alone."""
    return type_ in replacements() or not type_.startswith("aws:")


def forces_replacement(type_: str, change: PropertyChange) -> bool:
    """True if the change makes a new resource and removes the old one."""
    if type_.startswith("random:"):
        return True  # every argument of the random provider
    if type_.startswith("kubernetes:") and _within(change.path, _KUBERNETES_IDENTITY):
        return True
    if type_.startswith("aws:") and change.path == "region":
        return True  # of the resource itself; every regional type has it
    if type_ == CACHE and change.path in ("engine", "engineVersion"):
        return not _goes_up(change)
    return _within(change.path, tuple(replacements().get(type_, ())))


def is_regional(type_: str) -> bool:
    """True for what the aws provider makes in its region, and so makes anew in another one."""
    return type_.startswith("aws:") and not type_.startswith(_GLOBAL)


def _within(path: str, listed: tuple[str, ...]) -> bool:
    return any(path == entry or path.startswith((f"{entry}.", f"{entry}[")) for entry in listed)


def _goes_up(change: PropertyChange) -> bool:
    """True for what ElastiCache does in place: from Redis OSS to Valkey, and to a later release."""
    if change.path == "engine":
        return (change.before, change.after) == ("redis", "valkey")
    return release(change.before) < release(change.after)


def release(version: object) -> tuple[int, ...]:
    """A version's numbers, to be compared; () for what has none."""
    return tuple(int(part) for part in re.findall(r"\d+", str(version)))
