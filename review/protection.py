"""Protection that a change takes from what keeps data: against deletion, and of the copies that lead back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from offline.graph import Resource
from policies.rule import at, is_number
from review.model import MISSING, Action, Change, Finding, PropertyChange
from review.options import PROTECT, RETAIN
from review.paths import leaves
from review.text import shown

Weaker = Callable[[Any, Any], bool]


@dataclass(frozen=True, kw_only=True)
class Guard:
    """A property that protects, and when a new value of it protects less."""

    path: str
    weaker: Weaker
    loses: str
    """What is lost, after "loses"."""
    blocks: bool = True
    """False for what takes nothing away at once that cannot be had back."""


def _falls(before: Any, after: Any) -> bool:
    return before is True and after is not True


def _rises(before: Any, after: Any) -> bool:
    return before is not True and after is True


def _ends(before: Any, after: Any) -> bool:
    return before not in (0, MISSING) and after in (0, MISSING)


def _shrinks(before: Any, after: Any) -> bool:
    numbers = isinstance(before, (int, float)) and isinstance(after, (int, float))
    return numbers and 0 < after < before


GUARDS: dict[str, tuple[Guard, ...]] = {
    "aws:rds/instance:Instance": (
        Guard(path="deletionProtection", weaker=_falls, loses="the cloud's protection against deletion"),
        Guard(path="skipFinalSnapshot", weaker=_rises, loses="the snapshot that a deletion leaves"),
        Guard(
            path="deleteAutomatedBackups",
            weaker=lambda before, after: before is False and after is not False,
            loses="the backups that would outlive it",
        ),
        Guard(path="backupRetentionPeriod", weaker=_ends, loses="all its backups, at once"),
        Guard(path="backupRetentionPeriod", weaker=_shrinks, loses="its older backups", blocks=False),
        Guard(path="multiAz", weaker=_falls, loses="its standby in another zone", blocks=False),
    ),
    "aws:elasticache/replicationGroup:ReplicationGroup": (
        Guard(path="finalSnapshotIdentifier", weaker=_ends, loses="the snapshot that a deletion leaves"),
        Guard(path="snapshotRetentionLimit", weaker=_ends, loses="its daily snapshots"),
        Guard(path="snapshotRetentionLimit", weaker=_shrinks, loses="its older snapshots", blocks=False),
        Guard(path="automaticFailoverEnabled", weaker=_falls, loses="its failover", blocks=False),
    ),
    "aws:s3/bucket:Bucket": (
        Guard(path="forceDestroy", weaker=_rises, loses="the refusal to be deleted with its content"),
    ),
    "aws:s3/bucketVersioning:BucketVersioning": (
        Guard(
            path="versioningConfiguration.status",
            weaker=lambda before, after: before == "Enabled" and after != "Enabled",
            loses="the versions of what is overwritten or deleted",
        ),
    ),
    "aws:kms/key:Key": (
        Guard(path="deletionWindowInDays", weaker=_shrinks, loses="days to take a deletion back"),
        Guard(path="isEnabled", weaker=lambda before, after: after is False, loses="its use by anybody"),
        Guard(path="enableKeyRotation", weaker=_falls, loses="its yearly rotation", blocks=False),
    ),
    "aws:cloudwatch/logGroup:LogGroup": (
        Guard(path="retentionInDays", weaker=_shrinks, loses="its older events", blocks=False),
    ),
}
"""Type -> what guards it. Sources: the user guides of the services; a guard that is switched on again
does not bring back what was deleted meanwhile."""


LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
EXPIRATIONS = {
    "expiration.days": "its older objects",
    "noncurrentVersionExpiration.noncurrentDays": "its older versions for good",
}
"""Path in a rule -> what is lost when a rule asks for fewer days than any did before."""


def _expiring(change: Change) -> Iterator[Finding]:
    """The shortest of all rules in force decides, whatever they are called and whichever prefix they have."""
    if change.type != LIFECYCLE or change.before is None or change.after is None:
        return
    for path, loses in EXPIRATIONS.items():
        old, new = (_shortest(side, path) for side in (change.before, change.after))
        if new is not None and (old is None or new < old):
            values = f"the shortest `{path}` of its rules {shown(old or MISSING)} → {new}"
            yield Finding(text=f"`{change.name}` **loses {loses}** ({values})", details={"urn": change.urn})


def _shortest(lifecycle: Resource, path: str) -> int | None:
    rules = [rule for rule in lifecycle.inputs.get("rules") or () if rule.get("status") == "Enabled"]
    return min((days for rule in rules if is_number(days := at(rule, path))), default=None)


def unprotected(changes: Sequence[Change], stateful: Callable[[Change], bool]) -> Iterator[Finding]:
    """What protects less than before; `stateful` tells what may not lose Pulumi's own protection."""
    for change in changes:
        yield from _expiring(change)
        for difference in (leaf for given in change.changed for leaf in leaves(given)):
            for guard in _guards(change, stateful(change)):
                if guard.path == difference.path and guard.weaker(difference.before, difference.after):
                    yield _finding(change, difference, guard)
        gone = change.action is Action.DELETE and not change.because_of
        if gone and change.type == "aws:s3/bucketVersioning:BucketVersioning":
            status = PropertyChange("versioningConfiguration.status", "Enabled", MISSING)
            yield _finding(change, status, GUARDS[change.type][0])


def _guards(change: Change, stateful: bool) -> Iterator[Guard]:
    yield from GUARDS.get(change.type, ())
    yield Guard(path=PROTECT, weaker=_falls, loses="Pulumi's protection against deletion", blocks=stateful)
    yield Guard(path=RETAIN, weaker=_falls, loses="what keeps it in the cloud when deleted", blocks=stateful)
    yield Guard(
        path=RETAIN,
        weaker=_rises,
        loses="its place in this stack when it is deleted: it would stay in the cloud and be paid for",
        blocks=False,
    )


def _finding(change: Change, difference: PropertyChange, guard: Guard) -> Finding:
    values = f"`{difference.path}` {shown(difference.before)} → {shown(difference.after)}"
    return Finding(
        text=f"`{change.name}` **loses {guard.loses}** ({values})",
        allow=f"{change.name}.protection" if guard.blocks else "",
        details={"urn": change.urn, "property": difference.path},
    )
