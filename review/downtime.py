"""Interruptions to expect from a change, and when they come: at once or in the maintenance window."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from offline.chart import RELEASE
from offline.graph import Resource
from review.model import Action, Change, Finding, PropertyChange

DATABASE = "aws:rds/instance:Instance"
PARAMETERS = "aws:rds/parameterGroup:ParameterGroup"
CACHE = "aws:elasticache/replicationGroup:ReplicationGroup"


@dataclass(frozen=True, kw_only=True)
class Interruption:
    """What a change of one property costs."""

    text: str
    less: str = ""
    """What a smaller number does, where that is something else."""
    immediate: bool = False
    """True if AWS does it at once, whatever the window."""


_FAILOVER = "one failover (a minute or two) with a standby, else about ten minutes"
_UPGRADE = "both nodes stop together; a major one takes ten minutes to an hour"
INTERRUPTIONS: dict[str, dict[str, Interruption]] = {
    DATABASE: {
        "instanceClass": Interruption(text=f"another class: {_FAILOVER}"),
        "engineVersion": Interruption(text=f"an engine upgrade: {_UPGRADE}"),
        "allocatedStorage": Interruption(
            text="more storage: no stop, slower storage for hours, and no further change for six",
            less="less storage: refused, RDS never shrinks a volume",
        ),
        "multiAz": Interruption(
            text="no stop, slower writes while the standby is filled", less="no stop; the standby goes"
        ),
        "storageType": Interruption(text="no stop, slower storage for hours"),
        "port": Interruption(text="a restart, and every connection string changes", immediate=True),
        "parameterGroupName": Interruption(
            text=f"another parameter group counts after a restart: {_FAILOVER}"
        ),
        "caCertIdentifier": Interruption(text="a restart for the new server certificate"),
        "backupRetentionPeriod": Interruption(text="a short stop if it changes from or to 0 days"),
    },
    CACHE: {
        "nodeType": Interruption(
            text="connections end once while data moves to the new nodes (seconds to minutes)"
        ),
        "engineVersion": Interruption(text="connections end once while the nodes are replaced"),
        "engine": Interruption(text="connections end once while the nodes are replaced"),
        "transitEncryptionMode": Interruption(
            text="connections of the other kind are refused afterwards", immediate=True
        ),
        "authTokenUpdateStrategy": Interruption(
            text="the old token ends with SET: who has not restarted since the rotation is refused",
            immediate=True,
        ),
        "authToken": Interruption(
            text="clients with the old token are refused once the strategy is SET", immediate=True
        ),
    },
}
"""Type -> property -> what happens. Source: the user guides of RDS and ElastiCache on modifications."""
_SINGLE = {
    "scheduler": "no task starts",
    "apiServer": "UI and API are away",
    "triggerer": "deferred tasks wait",
}


def interruptions(changes: Sequence[Change]) -> list[Finding]:
    """For every update that interrupts: what, and when."""
    return [finding for change in changes if change.action is Action.UPDATE for finding in _of(change)]


def _of(change: Change) -> Iterator[Finding]:
    if change.after is None:
        return
    if change.type == RELEASE:
        yield from _single_pods(change, change.after)
    if change.type == PARAMETERS:
        yield from _static(change, change.after)
    known = INTERRUPTIONS.get(change.type, {})
    for difference in change.properties:
        if difference.property in known:
            interruption = known[difference.property]
            when = _when(change.after, interruption)
            text = interruption.less if interruption.less and _falls(difference) else interruption.text
            yield Finding(
                text=f"`{change.name}`: {text}; {when}",
                details={"urn": change.urn, "property": difference.property, "when": when},
            )


def _falls(difference: PropertyChange) -> bool:
    numbers = isinstance(difference.before, (int, float)) and isinstance(difference.after, (int, float))
    return numbers and difference.after < difference.before


def _static(change: Change, group: Resource) -> Iterator[Finding]:
    """Parameters that the server reads when it starts, and only then."""
    given = {p.get("name"): p.get("applyMethod") for p in group.inputs.get("parameters") or ()}
    changed = {
        name for name in given if any(d.path.startswith(f"parameters[{name}]") for d in change.properties)
    }
    if waiting := sorted(name for name in changed if given[name] == "pending-reboot"):
        names = ", ".join(f"`{name}`" for name in waiting)
        text = (
            f"`{change.name}`: {names} counts after the next restart of the server, which nothing here makes"
        )
        yield Finding(text=text, details={"urn": change.urn, "parameters": waiting})


def _when(resource: Resource, interruption: Interruption) -> str:
    if interruption.immediate or resource.inputs.get("applyImmediately"):
        return "at once"
    window = resource.inputs.get("maintenanceWindow")
    return (
        f"in the maintenance window ({window} UTC)" if window else "in the maintenance window that AWS chose"
    )


def _single_pods(change: Change, release: Resource) -> Iterator[Finding]:
    """A component with one pod is away while it restarts."""
    values = release.inputs.get("values", {})
    for key, effect in _SINGLE.items():
        touched = any(
            difference.path.startswith(f"values.{key}.") and ".replicas" not in difference.path
            for difference in change.properties
        )
        if touched and values.get(key, {}).get("replicas") == 1:
            yield Finding(text=f"`{key}` has one pod: while it restarts {effect}", details={"component": key})
