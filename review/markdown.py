"""`review.md`: a line per stack on top, then each stack with what is dangerous first and details folded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from review.environments import Difference, table
from review.mermaid import picture
from review.model import Action, Change, PropertyChange
from review.text import code, excerpts, folded, prose, sides
from review.verdict import StackReport
from review.whole import whole

_MARKS = {Action.REPLACE: "🔁", Action.DELETE: "❌", Action.UPDATE: "✏️", Action.CREATE: "➕"}


def markdown(
    base: str,
    head: str,
    reports: Sequence[StackReport],
    notes: Sequence[str] = (),
    environments: Sequence[Difference] = (),
) -> str:
    """The whole report. The same graphs give the same bytes."""
    lines = [f"# What {code(head)} changes against {code(base)}", ""]
    lines += [line for note in notes for line in (f"> {prose(note)}", "")]
    lines += ["| stack | verdict | replaced | deleted | changed | created |", "|---|---|---|---|---|---|"]
    lines += [_summary(report) for report in reports]
    lines.append("")
    for report in reports:
        lines += _stack(report)
    if environments:
        lines += ["## What the environments do not share", "", *_environments(environments)]
    return "\n".join(lines).rstrip() + "\n"


def _environments(found: Sequence[Difference]) -> Iterator[str]:
    """Undeclared differences openly, declared ones folded."""
    undeclared = [difference for difference in found if not difference.declared]
    declared = [difference for difference in found if difference.declared]
    if undeclared:
        yield "Not declared under `airflow:review: {differs_from_prod: [...]}`:"
        yield from ("", *table(undeclared), "")
    if declared:
        yield from folded(f"{len(declared)} declared differences", "\n".join(table(declared)))


def verdict(report: StackReport) -> str:
    """In a few words."""
    base, head = report.graphs
    if head and not base:
        return f"{_judged(report)}, a new stack"
    return f"{_judged(report)}, a removed stack" if base and not head else _judged(report)


def _judged(report: StackReport) -> str:
    if report.error:
        return "⛔ not compared"
    if report.blocked:
        return f"⛔ blocked ({len(report.blocking)})"
    return "✅ can be merged" if report.changes or report.sections else "✅ no change"


def _summary(report: StackReport) -> str:
    counts = [sum(change.action is action for change in report.changes) for action in Action]
    cells = [
        f"**{prose(report.stack)}**",
        verdict(report),
        *(str(count) if count else "" for count in counts),
    ]
    return f"| {' | '.join(cells)} |"


def _stack(report: StackReport) -> Iterator[str]:
    if report.error:
        yield from (f"## {prose(report.stack)}", "", f"⛔ {prose(report.error)}", "")
        return
    if not report.changes and not report.sections:
        yield from (f"**{prose(report.stack)}**: no change.", "")
        return
    yield from (f"## {prose(report.stack)}: {verdict(report)}", "")
    if allowable := [finding for finding in report.blocking if finding.allow]:
        yield "To merge it all the same, name each under `airflow:review: {allow: [...]}` in the stack file:"
        yield from ("", *(f"- {code(finding.allow)}: {prose(finding.text)}" for finding in allowable), "")
    if lasting := [finding for finding in report.blocking if not finding.allow]:
        yield "No name lets these pass; a policy may be waived in the stack file, with a reason and an end:"
        yield from ("", *(f"- {prose(finding.text)}" for finding in lasting), "")
    if report.unused:
        names = ", ".join(map(code, report.unused))
        yield from (f"Allowed and not needed, to be taken out of the stack file: {names}", "")
    for section in report.sections:
        yield from (f"### {section.title}", "", *(f"- {prose(report.told(f))}" for f in section.findings), "")
    yield from ("### All changes", "", *picture(report))
    for change in report.changes:
        yield from folded(_headline(change), "\n".join(_table(change.properties)))
    if report.objects:
        yield from ("### Objects in the cluster, as the chart renders them", "")
    for name, properties in report.objects.items():
        yield from folded(code(name), "\n".join(_table(properties)))


def _headline(change: Change) -> str:
    renamed = f", was {code(change.renamed_from)}" if change.renamed_from else ""
    return f"{_MARKS[change.action]} {change.action} {code(change.name)} {prose(change.type)}{renamed}"


def _table(properties: Sequence[PropertyChange]) -> Iterator[str]:
    if not properties:
        yield "No property to compare."
        return
    yield from ("| property | before | after |", "|---|---|---|")
    for difference in properties:
        before, after = excerpts(*sides(difference))
        mark = " 🔁" if difference.forces_replacement else ""
        yield f"| {_path(difference)}{mark} | {before} | {after} |"
    for difference in properties:
        if text := whole(difference):
            yield from ("", *folded(f"the whole of {_path(difference)}", text))


def _path(difference: PropertyChange) -> str:
    return code(difference.path) if difference.path else "the object"
