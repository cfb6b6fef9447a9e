"""`review.json`: the same report for programs. SCHEMA grows when a field goes or gets another meaning.

    schema        1
    base, head    commits, 12 digits
    verdict       the worst of the stacks': "unchanged", "mergeable", "blocked" or "unknown" (not compared)
    notes         what the reader should know of the revisions, and what is missing from the report
    environments  [{stack, path, here, there, declared}]: settings that prod has otherwise
    stacks        name -> {verdict, error, blocking, allowed_unused, changes, objects, sections}
      error           why it was not compared, else ""
      blocking        names under which what blocks can be allowed; the text of what cannot
      allowed_unused  names that the stack file allows and nothing needs
      changes         [{action, name, type, urn, renamed_from, because_of, properties}]
        action        one of "replace", "delete", "update", "create"
        properties    [{path, before, after, forces_replacement}]
      objects         kind/name of a rendered object -> properties, as above
      sections        title -> [{text, severity, allow, details}], text being Markdown
        severity      one of "blocking", "allowed", "note"

Values are texts; of a secret they are "[secret]" and "[secret changed]".
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from review.environments import Difference
from review.model import Change, Finding, PropertyChange
from review.text import closed, sides
from review.verdict import StackReport

SCHEMA = 1
VERDICTS = ("unchanged", "mergeable", "blocked", "unknown")
"""Of a stack, the worst last."""


def machine_readable(
    base: str,
    head: str,
    reports: Sequence[StackReport],
    notes: Sequence[str] = (),
    environments: Sequence[Difference] = (),
) -> str:
    """Canonical JSON: keys sorted, secrets closed."""
    verdicts = [verdict_of(report) for report in reports]
    body = {
        "schema": SCHEMA,
        "base": base,
        "head": head,
        "verdict": max(verdicts, key=VERDICTS.index, default=VERDICTS[0]),
        "notes": list(notes),
        "environments": [asdict(difference) for difference in environments],
        "stacks": {report.stack: _stack(report) for report in reports},
    }
    return json.dumps(_closed(body), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def verdict_of(report: StackReport) -> str:
    """One of VERDICTS."""
    if report.error:
        return "unknown"
    if report.blocked:
        return "blocked"
    return "mergeable" if report.changes or report.sections else "unchanged"


def _closed(value: Any) -> Any:
    """Names and texts, too, may hold what was covered when it was recorded."""
    if isinstance(value, dict):
        return {closed(str(key)): _closed(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_closed(item) for item in value]
    return closed(value) if isinstance(value, str) else value


def _stack(report: StackReport) -> dict[str, Any]:
    return {
        "verdict": verdict_of(report),
        "error": report.error,
        "blocking": sorted({finding.allow or finding.text for finding in report.blocking}),
        "allowed_unused": report.unused,
        "changes": [_change(change) for change in report.changes],
        "objects": {name: [_property(p) for p in found] for name, found in report.objects.items()},
        "sections": {
            section.title: [
                {"text": f.text, "severity": _severity(report, f), "allow": f.allow, "details": f.details}
                for f in section.findings
            ]
            for section in report.sections
        },
    }


def _severity(report: StackReport, finding: Finding) -> str:
    if finding in report.blocking:
        return "blocking"
    return "allowed" if finding.allow else "note"


def _change(change: Change) -> dict[str, Any]:
    return {
        "action": change.action.value,
        "name": change.name,
        "type": change.type,
        "urn": change.urn,
        "renamed_from": change.renamed_from,
        "because_of": list(change.because_of),
        "properties": [_property(difference) for difference in change.properties],
    }


def _property(difference: PropertyChange) -> dict[str, Any]:
    before, after = sides(difference)
    return {
        "path": difference.path,
        "before": before,
        "after": after,
        "forces_replacement": difference.forces_replacement,
    }
