"""All policies over one stack's graph."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from offline.graph import Graph, Resource
from policies import (
    alarms,
    cache,
    configuration,
    contents,
    database,
    extras,
    identity,
    kubernetes,
    network,
    pods,
    program,
    release,
    secrets,
    storage,
    surroundings,
    trust,
)
from policies.database import INSTANCE
from policies.rule import EVERY, POLICIES, NotKnown, Policy, Severity, Violation, policy
from policies.waivers import Waiver

MODULES = (
    *(database, cache, surroundings, storage, secrets, alarms, identity, trust, network),
    *(kubernetes, release, configuration, extras, contents, pods, program),
)
"""Importing them fills POLICIES."""


@policy(
    "AIRFLOW.1", Severity.MEDIUM, fix="Repair what it waives, or agree on a new day with a reason of today"
)
def waivers_end(_resource: Resource, _: Graph) -> str | None:
    """A waiver has not ended, and ends within 400 days."""
    return None  # it is asked of the stack file's waivers, which are no resources: see _outdated


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What a stack breaks, what is waived, which waivers are of no use, and what cannot be known yet."""

    violations: Sequence[Violation]
    """A waiver that has ended or runs too long is one."""
    waived: Sequence[tuple[Violation, Waiver]]
    unused: Sequence[Waiver]
    """Those that none of these policies needs; Checkov's are not among them."""
    unknown: Sequence[Violation]
    """What a preview could not judge, with the path that only the cloud will know."""


def judge(
    graph: Graph,
    waivers: Sequence[Waiver] = (),
    today: date | None = None,
    policies: Sequence[Policy] = POLICIES,
) -> Judgement:
    """Policies on every resource of their types. An expired waiver waives nothing."""
    day = today or date.today()
    open_, waived, unknown, used = [], [], [], set()
    for violation in _found(graph, policies):
        covering = [w for w in waivers if w.covers(violation.policy.number, violation.resource)]
        used.update(covering)
        in_force = [w for w in covering if w.expires >= day]
        if in_force:
            waived.append((violation, in_force[0]))
        else:
            (unknown if violation.unknown else open_).append(violation)
    return Judgement(
        violations=[*open_, *_outdated(waivers, day, policies)],
        waived=waived,
        unused=[w for w in waivers if w not in used and not w.for_checkov],
        unknown=unknown,
    )


def violations(graph: Graph, policies: Sequence[Policy] = POLICIES) -> list[Violation]:
    """Every broken policy, waived or not."""
    return [violation for violation in _found(graph, policies) if not violation.unknown]


def _outdated(waivers: Sequence[Waiver], day: date, policies: Sequence[Policy]) -> Iterator[Violation]:
    for ends in (p for p in policies if p.check is waivers_end):
        for waiver in waivers:
            if problem := waiver.problem(day):
                yield Violation(policy=ends, resource=waiver.policy, urn="", problem=problem)


def _found(graph: Graph, policies: Sequence[Policy]) -> Iterator[Violation]:
    instances = graph.of_type(INSTANCE)
    guarded = any(i.protect or i.inputs.get("deletionProtection") is True for i in instances)
    for each in policies:
        if guarded or not each.only_protected:
            yield from broken(each, graph)


def broken(policy: Policy, graph: Graph) -> Iterator[Violation]:
    """Each resource that breaks one policy, or whose inputs are in a shape that the policy cannot read: that
    must not let it pass."""
    of_its_types = (r for type_ in policy.types for r in graph.of_type(type_))
    for resource in graph.resources if EVERY in policy.types else of_its_types:
        found = Violation(policy=policy, resource=resource.name, urn=resource.urn, problem="")
        try:
            problem = policy.check(resource, graph)
        except NotKnown as path:
            yield replace(found, problem=f"{path} is not known before it is deployed", unknown=True)
            continue
        except (AttributeError, LookupError, TypeError, ValueError) as strange:
            problem = f"its inputs cannot be read ({type(strange).__name__})"
        if problem:
            yield replace(found, problem=problem)
