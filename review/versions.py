"""Versions that cannot be taken back: Airflow's, whose schema goes along, and the database engine's."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from offline.chart import RELEASE
from offline.graph import Resource, redact
from policies.rule import at
from review.model import Action, Change, Finding
from review.replacements import release
from review.text import code

VERSION_CHANGE = "airflow-version"
"""The name that allows a plain change of Airflow's version, or one to an older version."""
CHART_PLACE = "chart-location"
"""The name that allows a chart from another repository or folder."""
DATABASE = "aws:rds/instance:Instance"
_VERSION = re.compile(r"\d+\.\d+\.\d+")


def version_changes(changes: Sequence[Change]) -> Iterator[Finding]:
    """Of updates only: what is replaced or deleted blocks as such."""
    for change in changes:
        if change.before is None or change.after is None or change.action is not Action.UPDATE:
            continue
        if change.type == RELEASE:
            yield from _another_chart(change, change.before, change.after)
            yield from _airflow(change, change.before, change.after)
        if change.type == DATABASE:
            yield from _engine(change, change.before.inputs, change.after)


def _another_chart(change: Change, before: Resource, after: Resource) -> Iterator[Finding]:
    """The same version from elsewhere may be anything, and Helm installs it with this stack's rights."""
    old, new = _place(before), _place(after)
    if old != new:
        text = f"`{change.name}`: the chart comes from **another place**, {code(new)} instead of {code(old)}"
        yield Finding(text=text, allow=CHART_PLACE, details={"urn": change.urn, "before": old, "after": new})


def _place(release_: Resource) -> str:
    """Repository and name; of a package on disk or at a URL the folder: its own name has the version."""
    chart, repository = str(release_.inputs.get("chart")), at(release_.inputs, "repositoryOpts.repo")
    if repository:
        return f"{str(repository).rstrip('/')}/{chart}"
    return chart.rpartition("/")[0] if chart.endswith(".tgz") else chart


def _airflow(change: Change, before: Resource, after: Resource) -> Iterator[Finding]:
    """Declared with `upgrade: true` it is not undone by Helm, which is what makes it safe to try."""
    old, new = _running(before), _running(after)
    if old == new:
        yield from _same_version(change, before, after)
        return
    versions = f"from {' and '.join(sorted(old))} to {' and '.join(sorted(new))}"
    details = {"urn": change.urn, "before": sorted(old), "after": sorted(new)}
    if any(() < release(version) < min(map(release, old)) for version in new):
        text = f"Airflow goes back {versions}, the schema of its database does not: older code refuses it. "
        text += "Right only together with a restored snapshot"
        yield Finding(text=text, allow=VERSION_CHANGE, details=details)
    elif after.inputs.get("atomic"):
        text = f"Airflow's version changes {versions} like any other value; a failed update would be "
        text += "rolled back onto a schema that the old version refuses. Declare it with `upgrade: true`"
        yield Finding(text=text, allow=VERSION_CHANGE, details=details)
    else:
        text = f"Airflow is **upgraded** {versions}, and a failed update stays: what leads back is a "
        yield Finding(text=f"{text}snapshot of the database from before", details=details)


def _same_version(change: Change, before: Resource, after: Resource) -> Iterator[Finding]:
    if before.inputs.get("atomic") and not after.inputs.get("atomic"):
        text = f"`{change.name}`: a failed update is no longer undone, and no version changes that needs it"
        yield Finding(text=text, details={"urn": change.urn})
    was, now = _image(before), _image(after)
    if was != now:
        text = f"the pods run another image, {code(was)} → {code(now)}: the Airflow inside must be "
        yield Finding(text=text + " and ".join(sorted(_running(after))), details={"urn": change.urn})


def _running(release_: Resource) -> set[str]:
    """What the values say of Airflow's version: for the chart, and in the tag of the image that pods run.

    A tag without a version counts as a version of its own: nobody can tell what is inside.
    """
    values: Any = redact(release_.inputs.get("values") or {})
    tags = [at(values, "airflowVersion"), at(values, "images.airflow.tag") or at(values, "defaultAirflowTag")]
    return {match[0] if (match := _VERSION.match(str(tag))) else str(tag) for tag in tags if tag}


def _image(release_: Resource) -> str:
    values: Any = redact(release_.inputs.get("values") or {})
    tag = at(values, "images.airflow.tag") or at(values, "defaultAirflowTag")
    return f"{at(values, 'images.airflow.repository') or at(values, 'defaultAirflowRepository')}:{tag}"


def _engine(change: Change, before: Any, after: Resource) -> Iterator[Finding]:
    old, new = release(before.get("engineVersion")), release(after.inputs.get("engineVersion"))
    if not old or not new or old == new or (old[0] == new[0] and old < new):
        return
    versions = f"{before['engineVersion']} to {after.inputs['engineVersion']}"
    text = f"`{change.name}`: the engine goes from {versions}"
    if new < old:
        text += ", **back**, which RDS never does: the update fails"
    else:
        text += (
            ", a **major upgrade that cannot be undone**: take a snapshot first, its restore is the way back"
        )
        if not after.inputs.get("allowMajorVersionUpgrade"):
            text += "; RDS refuses it while `allowMajorVersionUpgrade` is false"
    yield Finding(
        text=text,
        allow=f"{change.name}.engine",
        details={"urn": change.urn, "property": "engineVersion"},
    )
