"""`python -m policies.checkov`: Checkov over every stack file, with the waivers that stand there.

Ends with 1 for a check that fails without a waiver or a waiver that nothing needs, with 2 where Checkov
could not look.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import pulumi
import yaml
from rich.console import Console
from rich.table import Table

import offline
from offline import ROOT
from policies.checkov.checks import CannotLook, Verdict, judge
from policies.checkov.scan import scan
from policies.waivers import Waiver, waivers_of


def verdicts(graphs: Mapping[str, offline.Graph]) -> dict[str, Verdict]:
    """What Checkov and the stack files say of these stacks today."""
    return {stack: judge(results, _waivers(stack), date.today()) for stack, results in scan(graphs).items()}


def _waivers(stack: str) -> list[Waiver]:
    text = (ROOT / "stacks" / f"Pulumi.{stack}.yaml").read_text()
    return waivers_of(yaml.safe_load(text)["config"])


def rows(verdict: Verdict) -> Iterator[tuple[str, str, str, str]]:
    """What is wrong first: outcome, check, resource, and what to do or why it is right."""
    for result in verdict.failed:
        yield "failed", _number(result.check, result.policy), result.name, f"{result.title}. {result.fix}"
    for waiver in verdict.expired:
        yield (
            "ended",
            waiver.policy,
            waiver.resource,
            f"this waiver ended on {waiver.expires}: {waiver.reason}",
        )
    for waiver in verdict.unused:
        yield "unused", waiver.policy, waiver.resource, "nothing needs this waiver; take it out"
    for result, waiver in verdict.waived:
        why = f"until {waiver.expires}: {waiver.reason}"
        yield "waived", _number(result.check, result.policy), result.name, why


def _number(check: str, policy: str | None) -> str:
    return f"{check} ({policy})" if policy else check


def show(found: Mapping[str, Verdict]) -> None:
    """Print a table per stack."""
    # Piped output is not cut to a terminal width that it does not have.
    console = Console(highlight=False, markup=False, width=None if sys.stdout.isatty() else 200)
    for stack, verdict in found.items():
        title = (
            f"{stack}: {verdict.passed} passed, {len(verdict.waived)} waived, {len(verdict.failed)} failed"
        )
        table = Table(title=title, title_justify="left", show_header=False)
        for row in rows(verdict):
            table.add_row(*row, style="" if row[0] == "waived" else "red")
        console.print(table if table.row_count else title)


def main(stacks: Sequence[str] = ()) -> int:
    """Judge these stacks, or all."""
    try:
        found = verdicts({stack: offline.record(stack) for stack in stacks or offline.stack_names()})
    except (CannotLook, pulumi.RunError, LookupError) as problem:
        print(f"checkov: {problem}", file=sys.stderr)
        return 2
    show(found)
    return 1 if any(verdict.failed or verdict.unused for verdict in found.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
