"""Changes that stop by themselves: data or keys would be lost, or Airflow could not come back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from offline.chart import RELEASE
from offline.graph import Graph
from review.model import Action, Change, Finding

STATEFUL = {
    "aws:rds/instance:Instance": "the metadata database with every DAG run and connection",
    "aws:elasticache/replicationGroup:ReplicationGroup": "the broker with every queued task",
    "aws:s3/bucket:Bucket": "the bucket with its logs",
    "aws:kms/key:Key": "the key; what it encrypted cannot be read again",
    "kubernetes:core/v1:Namespace": "the namespace and everything in it",
}
"""Resource types whose loss cannot be made good by another `up`, and what is lost with them."""

_GENERATED = re.compile(r"^(?P<what>.+)-(?P<number>\d+)$")
_GENERATORS = ("random:index/randomPassword:RandomPassword", "random:index/randomBytes:RandomBytes")
VERSION_CHANGE = "airflow-version"
"""The name that allows a plain change of Airflow's version."""


def dangers(changes: Sequence[Change], head: Graph | None) -> list[Finding]:
    """Replacements, deletions and the version change; the stateful ones carry the name that allows them."""
    return [
        *(finding for change in changes for finding in _lost(change, head)),
        *(finding for change in changes if change.type == RELEASE for finding in _version(change)),
        *(finding for change in changes for finding in _unprotected(change)),
    ]


def _lost(change: Change, head: Graph | None) -> Iterator[Finding]:
    if change.action not in (Action.REPLACE, Action.DELETE):
        return
    loses = STATEFUL.get(change.type) or _newest_secret(change, head)
    text = f"`{change.name}` ({change.type}) is **{change.action}d**"
    if change.forcing:
        text += f", forced by {', '.join(f'`{path}`' for path in change.forcing)}"
    if change.because_of:
        text += f", because {', '.join(f'`{name}`' for name in change.because_of)} is"
    if loses:
        text += f": you lose {loses}"
    details = {"urn": change.urn, "action": change.action.value, "forced_by": list(change.forcing)}
    yield Finding(text=text, allow=change.name if loses else "", details=details)


def _newest_secret(change: Change, head: Graph | None) -> str:
    """What is lost with a generated value; empty for one that a rotation leaves behind."""
    match = _GENERATED.match(change.name)
    if change.type not in _GENERATORS or match is None:
        return ""
    what, number = match["what"], int(match["number"])
    numbers = [
        int(found["number"])
        for resource in (head.resources if head else ())
        if resource.type in _GENERATORS and (found := _GENERATED.match(resource.name))
        if found["what"] == what
    ]
    if change.action is Action.DELETE and any(other > number for other in numbers):
        return ""
    return "the newest value of a generated secret"


def _version(change: Change) -> Iterator[Finding]:
    """Declared with `upgrade: true` it is not undone by Helm, which is what makes it safe to try."""
    for difference in change.properties:
        undone = change.after is not None and change.after.inputs.get("atomic")
        if difference.path == "values.airflowVersion" and undone:
            versions = f"from {difference.before} to {difference.after}"
            yield Finding(
                text=f"Airflow's version changes {versions} like any other value; a failed update would be "
                "rolled back onto a schema that the old version refuses. Declare it with `upgrade: true`",
                allow=VERSION_CHANGE,
                details={"before": difference.before, "after": difference.after},
            )


def _unprotected(change: Change) -> Iterator[Finding]:
    for difference in change.properties:
        if (
            difference.path in ("(protect)", "deletionProtection")
            and difference.before
            and not difference.after
        ):
            kind = "Pulumi's" if difference.path == "(protect)" else "the cloud's"
            yield Finding(
                text=f"`{change.name}` loses {kind} protection against deletion",
                details={"urn": change.urn, "property": difference.path},
            )
