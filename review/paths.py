"""Differences between two nested values, as paths."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from offline.graph import Secret
from offline.sealed import connection
from review.model import MISSING, Missing, PropertyChange

_KEYS = ("name", "id", "Sid", "envName", "mountPath", "key")
"""What names the members of a list of objects, in AWS, IAM and Kubernetes: an insertion must not look like
a change of everything behind it."""


_SETS = frozenset(
    (
        *("Statement", "Action", "NotAction", "Resource", "NotResource", "AWS", "Service", "Federated"),
        *("subnetIds", "subnets", "securityGroupIds", "securityGroups", "vpcSecurityGroupIds", "cidrBlocks"),
        *("alarmActions", "okActions", "insufficientDataActions", "sourceIds", "eventCategories"),
        *(
            "enabledCloudwatchLogsExports",
            "logDeliveryConfigurations",
            "parameters",
            "blockedEncryptionTypes",
        ),
        *("allowedAccountIds", "verbs", "apiGroups", "resources", "resourceNames", "add", "drop"),
        *("volumes", "volumeMounts", "extraVolumes", "extraVolumeMounts", "tolerations", "limits"),
    )
)
"""Lists whose order means nothing to AWS, IAM and Kubernetes; of any other one a new order is a change."""
_WHOLE = ("args", "command")
"""Lists that make sense as a whole only."""


def differences(before: Any, after: Any, path: str = "") -> Iterator[PropertyChange]:
    """Every value that differs, in the order of their paths. JSON texts are compared by content, secret URLs
    by their parts."""
    before, after = _opened(before, after)
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in sorted({*before, *after}):
            yield from differences(before.get(key, MISSING), after.get(key, MISSING), _joined(path, key))
    elif isinstance(before, list) and isinstance(after, list):
        yield from _lists(before, after, path)
    elif not _same(before, after):
        yield PropertyChange(path, before, after)


def leaves(change: PropertyChange) -> Iterator[PropertyChange]:
    """A change of a whole object as changes of what is inside it, for rules that know a path."""
    before, after = (side if isinstance(side, Mapping) else {} for side in (change.before, change.after))
    if before or after:
        for inner in differences(before, after, change.path):
            yield from leaves(inner)
    else:
        yield change


def _same(before: Any, after: Any) -> bool:
    """1 and True are equal to Python and different to a provider."""
    if isinstance(before, bool) != isinstance(after, bool):
        return False
    return bool(before == after) or (isinstance(before, Missing) and isinstance(after, Missing))


def _opened(before: Any, after: Any) -> tuple[Any, Any]:
    """Both sides as objects where both are JSON texts of objects, such as policies, or sealed URLs."""
    if isinstance(before, Secret) and isinstance(after, Secret):
        old, new = connection(before), connection(after)
        return (old, new) if old and new else (before, after)
    if isinstance(before, str) and isinstance(after, str) and before[:1] in "{[" and after[:1] in "{[":
        try:
            return json.loads(before), json.loads(after)
        except ValueError:
            return before, after
    return before, after


def _lists(before: list[Any], after: list[Any], path: str) -> Iterator[PropertyChange]:
    key = path.rpartition(".")[2]
    if key in _WHOLE:
        if before != after:
            yield PropertyChange(path, before, after)
        return
    old, new = _named(before), _named(after)
    if old is not None and new is not None and key not in _SETS and ".Condition." not in f".{path}":
        yield from _reordered(old, new, path)
    if old is None or new is None:
        old, new = dict(enumerate(before)), dict(enumerate(after))
    new = _under_old_sids(old, new)
    for key in [*old, *(key for key in new if key not in old)]:
        yield from differences(old.get(key, MISSING), new.get(key, MISSING), f"{path}[{key}]")


def _reordered(old: Mapping[Any, Any], new: Mapping[Any, Any], path: str) -> Iterator[PropertyChange]:
    """Where members that both have stand in another order; what comes and goes is told by itself."""
    if [key for key in old if key in new] != [key for key in new if key in old]:
        yield PropertyChange(path, list(old), list(new))


def _named(items: list[Any]) -> dict[Any, Any] | None:
    """The members by their name, or by themselves if they are plain; None where that is not unique."""
    if all(isinstance(item, (str, int)) for item in items):
        return {item: item for item in items} if len(set(items)) == len(items) else None
    for key in _KEYS:
        if all(isinstance(item, Mapping) and isinstance(item.get(key), (str, int)) for item in items):
            names = [item[key] for item in items]
            if len(set(names)) == len(names):
                return dict(zip(names, items, strict=True))
    return None


def _joined(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _under_old_sids(old: Mapping[Any, Any], new: Mapping[Any, Any]) -> dict[Any, Any]:
    """Statements of a policy that have another Sid and are the same otherwise: nothing goes or comes."""
    known: dict[Any, Any] = {}
    for sid, item in new.items():
        if sid not in old and isinstance(item, Mapping) and "Sid" in item:
            gone = {was: old[was] for was in old if was not in new and isinstance(old[was], Mapping)}
            same = (was for was, other in gone.items() if {**other, "Sid": sid} == item)
            known[sid] = next((was for was in same if was not in known.values()), sid)
    return {known.get(name, name): item for name, item in new.items()}


def is_secret(change: PropertyChange) -> bool:
    """True where either side must not be shown."""
    return isinstance(change.before, Secret) or isinstance(change.after, Secret)
