"""The reports of all stacks, put together from the sections: the content of `review.md` and `review.json`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from offline.failures import typed
from policies.evaluate import judge
from policies.waivers import waivers_of
from review import downtime, manifests, network, permissions, restarts, running, stateful
from review.agreements import agreements
from review.alarms import alarms
from review.changes import changes
from review.chart import Chart, versions
from review.cost import costs
from review.environments import Difference, new_differences
from review.exports import exports
from review.exposed import exposed
from review.model import Change, Finding, PropertyChange
from review.recording import Pair
from review.text import code
from review.verdict import Section, StackReport

Subject = Callable[[Pair, Sequence[Change]], Iterable[Finding]]

SUBJECTS: dict[str, Subject] = {
    "What this change allows itself": lambda pair, found: agreements(pair),
    "Secrets in plain text": lambda pair, found: exposed(pair.head.graph),
    "Replaced, deleted, unprotected": lambda pair, found: stateful.dangers(found, pair.head.graph),
    "Network": lambda pair, found: network.openings(found),
    "Identity": lambda pair, found: permissions.permissions(found),
    "Exports": lambda pair, found: exports(pair),
    "Programs in the pods": lambda pair, found: running.running(found),
    "Alarms": lambda pair, found: alarms(found),
    "Interruptions": lambda pair, found: downtime.interruptions(found),
    "Pods that restart": lambda pair, found: restarts.restarts(found),
    "Cost": lambda pair, found: costs(pair),
    "Policies": lambda pair, found: _policies(pair, found),
}
"""Title of each section -> what finds its content; in the order of the report, most dangerous first."""


def reports(pairs: Sequence[Pair], allowed: Sequence[str], chart: Chart | None = None) -> list[StackReport]:
    """One report per stack. `allowed` are names that the pipeline adds to those of the stack files: `NAME`
    for every stack or `STACK:NAME`; with `chart` the rendered objects are compared too.
    """
    differing = new_differences(pairs)
    return [_whole(pair, lambda pair=pair: _report(pair, allowed, chart, differing)) for pair in pairs]


def _report(
    pair: Pair, allowed: Sequence[str], chart: Chart | None, differing: Mapping[str, Sequence[Difference]]
) -> StackReport:
    problem = _problem(pair)
    if problem:
        return StackReport(stack=pair.stack, error=problem)
    found = changes(pair.base.graph, pair.head.graph)
    subjects, objects = dict(SUBJECTS), dict[str, list[PropertyChange]]()
    subjects["Not as in prod, and not declared"] = lambda pair, found: _undeclared(
        differing.get(pair.stack, ())
    )
    if chart and found:
        subjects["Objects in the cluster"] = lambda pair, found: _rendered(pair, chart, objects)
    sections = [
        Section(title=title, findings=findings)
        for title, subject in subjects.items()
        if (findings := _findings(title, subject, pair, found))
    ]
    named = (pair.head.config or {}).get("airflow:review") or {}
    return StackReport(
        stack=pair.stack,
        changes=found,
        sections=sections,
        allowed=frozenset(named.get("allow") or ()),
        labelled=frozenset(_labelled(pair.stack, allowed)),
        objects=objects,
        graphs=(pair.base.graph, pair.head.graph),
    )


def _undeclared(differing: Sequence[Difference]) -> list[Finding]:
    return [
        Finding(
            text=f"`{d.path}` is {code(d.here)} here and {code(d.there)} in prod", details={"path": d.path}
        )
        for d in differing
    ]


def _labelled(stack: str, names: Iterable[str]) -> Iterator[str]:
    """Of names such as `database-instance`, for every stack, and `prod:database-instance`: this stack's."""
    for name in names:
        owner, colon, own = name.partition(":")
        if not colon or owner == stack:
            yield own or owner


def _whole(pair: Pair, report: Callable[[], StackReport]) -> StackReport:
    """A mistake of the report's own costs the report of one stack, not that of the others."""
    try:
        return report()
    except Exception as problem:
        return StackReport(stack=pair.stack, error=f"a mistake of the report's own: {typed(problem)}")


def _findings(title: str, subject: Subject, pair: Pair, found: Sequence[Change]) -> list[Finding]:
    """A section that fails blocks: what it would have found is not known."""
    try:
        return list(subject(pair, found))
    except Exception as problem:
        name = f"unread-{title.lower().replace(', ', '-').replace(' ', '-')}"
        return [
            Finding(text=f"this section is missing, by a mistake of its own: {typed(problem)}", allow=name)
        ]


def _rendered(pair: Pair, chart: Chart, objects: dict[str, list[PropertyChange]]) -> Iterator[Finding]:
    """Fills `objects`; says so where the chart at hand is not that of both sides."""
    if others := versions(pair) - {chart.version}:
        text = f"not compared: the chart at hand is {chart.version}, not {' or '.join(sorted(others))}"
        yield Finding(text=text)
        return
    objects.update(manifests.changed_objects(chart.path, pair.base.graph, pair.head.graph))


def _policies(pair: Pair, found: Sequence[Change]) -> Iterator[Finding]:
    """What head breaks without a waiver, changed or not; waivers that ended, work, or are of no use."""
    if pair.head.graph is None:
        return
    judgement = judge(pair.head.graph, waivers_of(pair.head.config or {}), pair.day)
    for violation in judgement.violations:
        yield Finding(text=str(violation), blocks=True, details={"urn": violation.urn})
    for waiver in judgement.unused:
        yield Finding(text=f"the waiver of {waiver.policy} is needed by nothing; take it out")
    if found and judgement.waived:
        numbers = sorted({waiver.policy for _, waiver in judgement.waived})
        yield Finding(text=f"waived by the stack file: {', '.join(numbers)}")
    if judgement.unknown:
        open_ = sorted({f"{v.policy.number} of `{v.resource}` ({v.problem})" for v in judgement.unknown})
        yield Finding(text=f"**not judged**: {'; '.join(open_)}")


def _problem(pair: Pair) -> str:
    """A side that has a stack file and no graph; a side without the file is a new or a removed stack."""
    for side, recording in (("base", pair.base), ("head", pair.head)):
        if recording.error:
            first = " ".join(line.strip() for line in recording.error.splitlines())
            return f"{side} is not recorded: {first}"
    return ""
