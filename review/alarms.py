"""Alarms that are raised later than before, or by something else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from policies.alarms import ALARM
from policies.rule import is_number
from review.model import Action, Change, Finding, PropertyChange
from review.text import code, shown

_LATER = ("evaluationPeriods", "datapointsToAlarm", "period")
"""A higher number needs more, or longer, before anybody is called."""
_NOT_SEEN = ("tags", "alarmDescription", "okActions")
"""Nothing that raises it."""


def alarms(changes: Sequence[Change]) -> Iterator[Finding]:
    """One finding per alarm that stays; what is new or gone is judged by policies."""
    for change in changes:
        if change.type != ALARM or change.action not in (Action.UPDATE, Action.REPLACE):
            continue
        found = [d for d in change.changed if d.property not in _NOT_SEEN and not d.path.startswith("(")]
        if found:
            harder = any(_harder(d, change) for d in found)
            what = "is **harder to raise**" if harder else "is raised by something else than before"
            values = ", ".join(f"`{d.path}` {code(shown(d.before))} → {code(shown(d.after))}" for d in found)
            yield Finding(text=f"`{change.name}` {what}: {values}", details={"urn": change.urn})


def _harder(difference: PropertyChange, change: Change) -> bool:
    before, after = difference.before, difference.after
    if difference.path == "actionsEnabled":
        return after is False
    if difference.path == "treatMissingData":
        return before == "breaching"
    if difference.property == "alarmActions":
        return not isinstance(after, str)
    if not (is_number(before) and is_number(after)):
        return False
    if difference.path == "threshold":
        return after < before if _watches_a_floor(change) else after > before
    return difference.path in _LATER and after > before


def _watches_a_floor(change: Change) -> bool:
    operator: Any = change.after.inputs.get("comparisonOperator") if change.after else ""
    return str(operator).startswith("LessThan")
