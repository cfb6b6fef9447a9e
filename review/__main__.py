"""`python -m review BASE [HEAD]`: what a change does to every stack; exit code 2 if it must not be merged."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from offline import ROOT
from offline.chart import VARIABLE
from review.environments import compare
from review.errors import ReviewError
from review.machine import machine_readable
from review.markdown import markdown, verdict
from review.recording import record_pairs
from review.report import reports
from review.revisions import checked_out, commit_of, uncommitted

BLOCKED = 2
LABEL = "allow:"
"""How a label of a pull request begins that lets a blocked change pass."""


def main(arguments: list[str] | None = None) -> int:
    """Write `review.md` and `review.json`. 0 can be merged, 1 a mistake of the caller's, 2 blocked."""
    parser = argparse.ArgumentParser(prog="python -m review", description=__doc__)
    parser.add_argument("base", help="the revision to compare with, such as origin/main")
    parser.add_argument("head", nargs="?", default="HEAD", help="the revision to judge (default HEAD)")
    parser.add_argument(
        "--allow", action="append", default=[], metavar="NAME", help="let a blocked change pass"
    )
    parser.add_argument(
        "--labels",
        type=allowed,
        default=[],
        metavar="JSON",
        help='["allow:NAME", ...]: a pull request\'s labels',
    )
    parser.add_argument("--output", type=Path, default=Path(), help="folder of the two files (default .)")
    chosen = parser.parse_args(arguments)
    try:
        return _review(chosen.base, chosen.head, [*chosen.allow, *chosen.labels], chosen.output)
    except (ReviewError, OSError) as problem:
        print(f"review: {problem}", file=sys.stderr)
        return 1


def allowed(labels: str) -> list[str]:
    """The names that labels allow; other labels mean nothing here."""
    return [str(each).removeprefix(LABEL) for each in json.loads(labels) if str(each).startswith(LABEL)]


def _review(base: str, head: str, allow: list[str], output: Path) -> int:
    # A hook of git tells its children where the repository is; the worktrees are elsewhere.
    os.environ.pop("GIT_DIR", None)
    base_commit, head_commit = commit_of(ROOT, base), commit_of(ROOT, head)
    notes = []
    if head == "HEAD" and (files := uncommitted(ROOT)):
        notes.append(f"{len(files)} uncommitted file(s) are not part of this report, such as {files[0]}.")
    with checked_out(ROOT, base_commit) as old, checked_out(ROOT, head_commit) as new:
        pairs = record_pairs(old, new)
    chart = os.environ.get(VARIABLE)
    found = reports(pairs, allow, Path(chart) if chart else None)
    shared = compare(pairs) if any(report.changes for report in found) else []
    old_name, new_name = base_commit[:12], head_commit[:12]
    output.mkdir(parents=True, exist_ok=True)
    (output / "review.md").write_text(markdown(old_name, new_name, found, notes, shared))
    (output / "review.json").write_text(machine_readable(old_name, new_name, found, notes, shared))
    for note in notes:
        print(f"review: {note}")
    for report in found:
        print(f"{report.stack}: {report.error or verdict(report)}")
    return BLOCKED if any(report.blocked for report in found) else 0


if __name__ == "__main__":
    sys.exit(main())
