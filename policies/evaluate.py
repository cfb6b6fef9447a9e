"""All policies over one stack's graph."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from offline.graph import Graph, Resource
from policies import cache, database, identity, kubernetes, network, program, secrets, storage
from policies.database import INSTANCE
from policies.rule import POLICIES, NotKnown, Policy, Violation
from policies.waivers import Waiver

MODULES = (database, cache, storage, secrets, identity, network, kubernetes, program)
"""Importing them fills POLICIES."""


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What a stack breaks, what is waived, and which waivers are of no use any more."""

    violations: Sequence[Violation]
    waived: Sequence[tuple[Violation, Waiver]]
    expired: Sequence[Waiver]
    unused: Sequence[Waiver]


def judge(
    graph: Graph,
    waivers: Sequence[Waiver] = (),
    today: date | None = None,
    policies: Sequence[Policy] = POLICIES,
) -> Judgement:
    """Policies on every resource of their types. An expired waiver waives nothing."""
    day = today or date.today()
    open_, waived, used = [], [], set()
    for violation in violations(graph, policies):
        number, name = violation.policy.number, violation.resource
        covering = [w for w in waivers if w.covers(number, name)]
        used.update(covering)
        in_force = [w for w in covering if w.expires >= day]
        if in_force:
            waived.append((violation, in_force[0]))
        else:
            open_.append(violation)
    return Judgement(
        violations=open_,
        waived=waived,
        expired=[w for w in waivers if w.expires < day],
        unused=[w for w in waivers if w not in used and not w.for_checkov],
    )


def violations(graph: Graph, policies: Sequence[Policy] = POLICIES) -> list[Violation]:
    """Every broken policy, waived or not."""
    instances = graph.of_type(INSTANCE)
    guarded = any(i.protect or i.inputs.get("deletionProtection") is True for i in instances)
    return [
        violation
        for policy in policies
        if guarded or not policy.only_protected
        for violation in broken(policy, graph)
    ]


def broken(policy: Policy, graph: Graph) -> Iterator[Violation]:
    """Each resource that breaks one policy."""
    for resource in _resources_of(policy, graph):
        try:
            problem = policy.check(resource, graph)
        except NotKnown:
            continue
        if problem:
            yield Violation(policy=policy, resource=resource.name, urn=resource.urn, problem=problem)


def undecided(graph: Graph, policies: Sequence[Policy] = POLICIES) -> list[Policy]:
    """Those that have nothing to say yet of some resource, because a preview does not know a value."""
    return [
        policy
        for policy in policies
        if any(_not_known(policy, r, graph) for r in _resources_of(policy, graph))
    ]


def _not_known(policy: Policy, resource: Resource, graph: Graph) -> bool:
    try:
        policy.check(resource, graph)
    except NotKnown:
        return True
    return False


def _resources_of(policy: Policy, graph: Graph) -> Iterator[Resource]:
    return (resource for type_ in policy.types for resource in graph.of_type(type_))
