"""`review.json`: the same report for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from review.environments import Difference
from review.model import Change, PropertyChange
from review.text import sides
from review.verdict import StackReport


def machine_readable(
    base: str,
    head: str,
    reports: Sequence[StackReport],
    notes: Sequence[str] = (),
    environments: Sequence[Difference] = (),
) -> str:
    """Canonical JSON: keys sorted, secrets closed."""
    body = {
        "base": base,
        "head": head,
        "notes": list(notes),
        "blocked": any(report.blocked for report in reports),
        "environments": [asdict(difference) for difference in environments],
        "stacks": {report.stack: _stack(report) for report in reports},
    }
    return json.dumps(body, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _stack(report: StackReport) -> dict[str, Any]:
    return {
        "error": report.error,
        "blocked": report.blocked,
        "blocking": sorted({finding.allow or finding.text for finding in report.blocking}),
        "allowed_unused": report.unused,
        "changes": [_change(change) for change in report.changes],
        "objects": {name: [_property(p) for p in found] for name, found in report.objects.items()},
        "sections": {
            section.title: [
                {"text": f.text, "allow": f.allow, "blocks": f in report.blocking, **f.details}
                for f in section.findings
            ]
            for section in report.sections
        },
    }


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
