"""Makes one issue of what `operations.drift` found in the stacks: opens, rewrites, or closes it.

    python -m operations.drift_issue --looked-at "dev staging prod" drift/*.json

A stack that was looked at and has no file could not be read: a finding as well, it keeps the issue open.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from operations.drift_digest import Kind
from operations.issue import Findings, Subject, command


def main(arguments: Sequence[str] | None = None) -> int:
    """The command: 0 if the issue says what was found, 1 with one line if not."""
    return command(SUBJECT, __doc__, arguments)


def urgent(finding: Mapping[str, Any]) -> bool:
    """True if a person has to act: tags alone are what other tools write."""
    differences = finding.get("differences", [])
    acted_on = any(each["kind"] != Kind.TAGS for each in differences)
    return bool(finding.get("error") or finding.get("overdue") or acted_on)


def render(found: Findings) -> str:
    """The issue's text, stack by stack in their order."""
    lines = ["| stack | " + " | ".join(Kind) + " | overdue secrets |", "|---" * (len(Kind) + 2) + "|"]
    lines += [_row(finding) for finding in found]
    for finding in found:
        lines += _stack(finding)
    return "\n".join(lines) + "\n"


def _row(finding: Mapping[str, Any]) -> str:
    kinds = [each["kind"] for each in finding.get("differences", [])]
    counts = [*(kinds.count(kind) for kind in Kind), len(finding.get("overdue", []))]
    cells = ["?" if finding.get("error") else str(count or "") for count in counts]
    return f"| **{finding['stack']}** | {' | '.join(cells)} |"


def _stack(finding: Mapping[str, Any]) -> Iterator[str]:
    if finding.get("error"):
        yield from ("", f"## {finding['stack']}", "", f"⛔ {finding['error']}")
        return
    by_kind = {kind: [each for each in finding["differences"] if each["kind"] == kind] for kind in Kind}
    if not finding["differences"] and not finding["overdue"]:
        return
    yield from ("", f"## {finding['stack']}")
    for kind, found in by_kind.items():
        if found:
            yield from ("", f"### {kind}", "")
            yield from (f"- `{each['name']}` ({each['type']}): {each['text']}" for each in found)
    if finding["overdue"]:
        yield from (
            "",
            f"### secrets older than {finding['max_age_days']} days: raise their `secrets.rotations`",
            "",
        )
        yield from (f"- `{each['name']}`: {each['age_days']} days" for each in finding["overdue"])


SUBJECT = Subject(
    workflow="drift", title="Drift: what runs is not what was deployed", say=render, urgent=urgent
)

if __name__ == "__main__":
    sys.exit(main())
