"""What a branch changes in every stack: writes review.md, and review.json for programs.

Compared are commits: HEAD and the one at which it left BASE. What BASE got meanwhile counts for nothing, and
neither do files that are not committed. No credentials are needed. With AIRFLOW_CHART, the chart's .tgz, the
objects that it renders are compared too.

Exit code: 0 can be merged; 1 a mistake in the call, or a part that could not be reported (a line says which);
2 must not be merged as it is; 130 or 143 interrupted.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from offline import ROOT
from offline.failures import typed
from review.chart import chart_at_hand
from review.environments import Difference, compare
from review.errors import ReviewError
from review.machine import machine_readable
from review.markdown import markdown, verdict
from review.outside import warnings
from review.recording import Pair, record_pairs
from review.report import reports
from review.revisions import changed_files, checked_out, commit_of, day_of, left_behind, parting, uncommitted
from review.text import visible
from review.verdict import StackReport

MERGEABLE, MISTAKE, BLOCKED, SIGNALLED = 0, 1, 2, 128
LABEL = "allow:"
"""How a label of a pull request begins that lets a blocked change pass."""
_NAMED = 5
"""Files that are named of those that are not committed."""


class _Parser(argparse.ArgumentParser):
    """Two is what a blocked change ends with."""

    def error(self, message: str) -> NoReturn:
        self.exit(MISTAKE, f"review: {visible(message)}; --help says more\n")


def main(arguments: list[str] | None = None) -> int:
    """The command."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")  # pyright: ignore[reportAttributeAccessIssue]
    chosen = _chosen(arguments)
    signal.signal(signal.SIGINT, _interrupted)
    signal.signal(signal.SIGTERM, _interrupted)
    try:
        return _review(chosen.base, chosen.head, [*chosen.allow, *chosen.labels], chosen.output)
    except ReviewError as problem:
        print(f"review: {visible(str(problem))}", file=sys.stderr)
    except OSError as problem:
        what = problem.strerror or type(problem).__name__
        print(f"review: {visible(f'{problem.filename or typed(problem)}: {what}')}", file=sys.stderr)
    except KeyboardInterrupt as interrupt:
        print("review: interrupted; nothing was written", file=sys.stderr)
        return SIGNALLED + (interrupt.args[0] if interrupt.args else signal.SIGINT)
    except Exception as problem:
        print(f"review: a mistake of the report's own: {typed(problem)}", file=sys.stderr)
    return MISTAKE


def _chosen(arguments: list[str] | None) -> argparse.Namespace:
    parser = _Parser("python -m review", None, __doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base", metavar="BASE", help="branch, tag or commit to compare with, such as main")
    parser.add_argument(
        "head", metavar="HEAD", nargs="?", default="HEAD", help="what to judge (default HEAD)"
    )
    parser.add_argument(
        "--allow", action="append", default=[], metavar="NAME", help="let a blocked change pass"
    )
    parser.add_argument(
        "--labels",
        type=allowed,
        default=[],
        metavar="JSON",
        help=f'labels of a pull request, such as ["{LABEL}NAME"]: the same as --allow NAME',
    )
    parser.add_argument("--output", type=Path, default=Path(), help="folder of the two files (default .)")
    return parser.parse_args(arguments)


def allowed(labels: str) -> list[str]:
    """The names that labels allow; other labels mean nothing here."""
    try:
        found = json.loads(labels)
    except ValueError:
        found = None
    if not isinstance(found, list) or not all(isinstance(label, str) for label in found):
        raise argparse.ArgumentTypeError("should be a JSON list of texts")
    return [label.removeprefix(LABEL) for label in found if label.startswith(LABEL)]


def _interrupted(number: int, _: Any) -> NoReturn:
    # What follows is only cleaning up, and should not be interrupted again.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise KeyboardInterrupt(number)


def _review(base: str, head: str, allow: list[str], output: Path) -> int:
    output.mkdir(parents=True, exist_ok=True)
    targets = [output / "review.md", output / "review.json"]
    tip, head_commit = commit_of(ROOT, base), commit_of(ROOT, head)
    base_commit = parting(ROOT, tip, head_commit)
    notes = [
        *warnings(changed_files(ROOT, base_commit, head_commit)),
        *_notes(base, tip, base_commit, head, head_commit, targets),
    ]
    with checked_out(ROOT, base_commit, head_commit) as (old, new):
        pairs = record_pairs(old, new, day_of(ROOT, head_commit, tip))
    if not pairs:
        raise ReviewError("neither revision has a stack file stacks/Pulumi.NAME.yaml")
    chart, mistakes = None, []
    try:
        chart = chart_at_hand(pairs)
    except ReviewError as problem:
        mistakes.append(f"{problem}; objects in the cluster are not compared")
    found = reports(pairs, allow, chart)
    environments = _environments(pairs, mistakes) if any(report.changes for report in found) else []
    content = (base_commit[:12], head_commit[:12], found, [*mistakes, *notes], environments)
    _write(targets, [markdown(*content), machine_readable(*content)])
    _tell(found, notes, mistakes)
    if any(report.blocked for report in found):
        return BLOCKED
    return MISTAKE if mistakes else MERGEABLE


def _notes(
    base: str, tip: str, base_commit: str, head: str, head_commit: str, own: Sequence[Path]
) -> list[str]:
    """What the reader should know about the two revisions."""
    notes = []
    if base_commit == head_commit:
        notes.append(f"{head} has no commit that {base} has not.")
    elif base_commit != tip:
        count = left_behind(ROOT, tip, head_commit)
        notes.append(f"{base} has {count} newer commit(s), which are not compared: {head} left it before.")
    if head == "HEAD" and (files := uncommitted(ROOT, frozenset(path.resolve() for path in own))):
        named = ", ".join([*files[:_NAMED], *(["..."] if len(files) > _NAMED else [])])
        notes.append(f"{len(files)} uncommitted file(s) are not part of this report: {named}")
    return notes


def _environments(pairs: Sequence[Pair], mistakes: list[str]) -> list[Difference]:
    try:
        return compare([pair for pair in pairs if not pair.head.error])
    except Exception as problem:
        mistakes.append(f"the environments are not compared: {typed(problem)}")
        return []


def _write(targets: Sequence[Path], texts: Sequence[str]) -> None:
    """All or none: a report that is cut off must not be taken for one."""
    parts = [target.with_name(f".{target.name}.part") for target in targets]
    try:
        for part, text in zip(parts, texts, strict=True):
            part.write_text(text, encoding="utf-8", newline="\n")
        for part, target in zip(parts, targets, strict=True):
            os.replace(part, target)
    finally:
        for part in parts:
            part.unlink(missing_ok=True)


def _tell(found: Sequence[StackReport], notes: Sequence[str], mistakes: Sequence[str]) -> None:
    for mistake in mistakes:
        print(f"review: {visible(mistake)}", file=sys.stderr)
    for note in notes:
        print(f"review: {visible(note)}")
    for report in found:
        print(visible(f"{report.stack}: {report.error or verdict(report)}"))


if __name__ == "__main__":
    sys.exit(main())
