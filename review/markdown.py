"""`review.md`: a line per stack on top, then what is found in each, then every change in detail, folded.

The most dangerous comes first everywhere: a comment that is too long is cut at its end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from review.environments import Difference, table
from review.machine import VERDICTS, verdict_of
from review.mermaid import picture
from review.model import Action, Change, PropertyChange
from review.text import code, excerpts, folded, prose, sides
from review.verdict import StackReport
from review.whole import whole

_MARKS = {Action.REPLACE: "🔁", Action.DELETE: "❌", Action.UPDATE: "✏️", Action.CREATE: "➕"}
_TELLING = {"Network": ("opens", "**"), "Identity": ("gains", "**"), "Interruptions": ("interrupts", "")}
"""Section -> the word in the table on top, and what is printed in those of its findings that count there."""


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
    lines += ["| stack | verdict | replaced | deleted | changed | created | also |", f"|{'---|' * 7}"]
    ordered = sorted(reports, key=_danger)
    lines += [_summary(report) for report in ordered]
    lines.append("")
    for report in ordered:
        lines += _stack(report)
    for report in ordered:
        lines += _details(report)
    if environments:
        lines += ["## What the environments do not share", "", *_environments(environments)]
    return "\n".join(lines).rstrip() + "\n"


def _danger(report: StackReport) -> tuple[int, bool, str]:
    """The worst verdict first; of equals the stacks in which something is protected."""
    protected = any(r.protect for graph in report.graphs if graph for r in graph.resources)
    return -VERDICTS.index(verdict_of(report)), not protected, report.stack


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
    return "✅ can be merged" if report.changes or report.sections else "✅ no change in the graph"


def _summary(report: StackReport) -> str:
    counts = [sum(change.action is action for change in report.changes) for action in Action]
    cells = [
        f"**{prose(report.stack)}**",
        verdict(report),
        *(str(count) if count else "" for count in counts),
        ", ".join(_also(report)),
    ]
    return f"| {' | '.join(cells)} |"


def _also(report: StackReport) -> Iterator[str]:
    """What blocks nothing, and wants a look all the same."""
    for section in report.sections:
        word, mark = _TELLING.get(section.title, ("", ""))
        if word and (count := sum(mark in finding.text for finding in section.findings)):
            yield f"**{word} {count}**"


def _stack(report: StackReport) -> Iterator[str]:
    """What is found; what blocks stands on top only."""
    if report.error:
        yield from (f"## {prose(report.stack)}", "", f"⛔ {prose(report.error)}", "")
        return
    if not report.changes and not report.sections:
        yield from (f"**{prose(report.stack)}**: no change in the graph.", "")
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
        told = [prose(report.told(f)) for f in section.findings if f not in report.blocking]
        if told:
            yield from (f"### {section.title}", "", *(f"- {text}" for text in told), "")


def _details(report: StackReport) -> Iterator[str]:
    """Every change."""
    if report.changes:
        yield from (f"## All changes in {prose(report.stack)}", "", *picture(report))
        yield from _alike((_headline(change), change.properties) for change in report.changes)
    if report.objects:
        yield from (f"## Objects in the cluster of {prose(report.stack)}, as the chart renders them", "")
        yield from _alike((code(name), properties) for name, properties in report.objects.items())


def _alike(parts: Iterable[tuple[str, Sequence[PropertyChange]]]) -> Iterator[str]:
    """Each part folded under its headline; those that change alike, as by a tag, are one."""
    headlines: dict[str, list[str]] = {}
    for headline, properties in parts:
        headlines.setdefault("\n".join(_table(properties)), []).append(headline)
    for table_, (first, *others) in headlines.items():
        if others:
            names = "\n".join(f"- {headline}" for headline in (first, *others))
            yield from folded(f"{first} and {len(others)} more alike", f"{names}\n\n{table_}")
        else:
            yield from folded(first, table_)


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
