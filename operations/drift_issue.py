"""Makes one issue of what `operations.drift` found in the stacks: opens, rewrites, or closes it.

    python -m operations.drift_issue --looked-at dev staging prod -- drift/*.json

A stack that was looked at and has no file could not be read: a finding as well, it keeps the issue open.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from operations.comment import shortened
from operations.drift_digest import Kind
from operations.errors import OperationError
from operations.github import LONGEST_BODY, GitHub, from_environment, own

MARKER = "<!-- airflow: drift -->"
TITLE = "Drift: what runs is not what was deployed"

Findings = Sequence[Mapping[str, Any]]


def main(arguments: Sequence[str] | None = None) -> int:
    """The command: 0 if the issue says what was found, 1 with one line if not."""
    parser = argparse.ArgumentParser(prog="python -m operations.drift_issue", description=__doc__)
    parser.add_argument("--looked-at", nargs="+", required=True, metavar="STACK")
    parser.add_argument("files", nargs="*", type=Path)
    given = parser.parse_args(arguments)
    try:
        findings = [json.loads(path.read_text()) for path in given.files]
        missing = sorted(set(given.looked_at) - {each["stack"] for each in findings})
        findings += [
            {"stack": stack, "error": "could not be looked at; see the workflow's run"} for stack in missing
        ]
        with from_environment() as github:
            print(f"drift: {settle(github, findings)}")
    except (OperationError, OSError) as error:
        print(f"drift: {error}", file=sys.stderr)
        return 1
    return 0


def settle(github: GitHub, findings: Findings) -> str:
    """Brings the one issue up to date. Returns what was done."""
    found = next((each for each in github.pages("/issues", state="open") if own(each, MARKER)), None)
    text = shortened(f"{MARKER}\n{render(findings)}", LONGEST_BODY)
    if not any(map(urgent, findings)):
        if found is None:
            return "nothing to report"
        github.send("PATCH", f"/issues/{found['number']}", {"body": text, "state": "closed"})
        return f"closed #{found['number']}"
    if found is None:
        return f"opened {github.send('POST', '/issues', {'title': TITLE, 'body': text})['html_url']}"
    if found["body"] == text:
        return f"#{found['number']} says it already"
    github.send("PATCH", f"/issues/{found['number']}", {"body": text})
    return f"rewrote #{found['number']}"


def urgent(finding: Mapping[str, Any]) -> bool:
    """True if a person has to act: tags alone are what other tools write, and the next `up` removes."""
    differences = finding.get("differences", [])
    acted_on = any(each["kind"] != Kind.TAGS for each in differences)
    return bool(finding.get("error") or finding.get("overdue") or acted_on)


def render(findings: Findings) -> str:
    """The issue's text. The same findings give the same text."""
    lines = ["| stack | " + " | ".join(Kind) + " | overdue secrets |", "|---" * (len(Kind) + 2) + "|"]
    ordered = sorted(findings, key=lambda each: each["stack"])
    lines += [_row(finding) for finding in ordered]
    for finding in ordered:
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


if __name__ == "__main__":
    sys.exit(main())
