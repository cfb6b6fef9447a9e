"""The same policies for the engine: `pulumi preview --policy-pack policies`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pulumi_policy import EnforcementLevel, ReportViolation, StackValidationArgs, StackValidationPolicy
from pulumi_policy.proxy import UnknownValueError

from offline.graph import UNKNOWN, Graph, Resource
from policies.evaluate import judge
from policies.rule import POLICIES, Policy
from policies.waivers import Waiver, waivers_of

STACKS = Path(__file__).resolve().parents[1] / "stacks"


def graph_of(args: StackValidationArgs) -> Graph:
    """The engine's resources as a graph. It has opened all secrets."""
    return Graph.of(
        Resource(
            urn=resource.urn,
            type=resource.resource_type,
            name=resource.name,
            inputs=opened(resource.props),
            outputs=opened(resource.props),
            property_dependencies={
                name: tuple(d.urn for d in dependencies)
                for name, dependencies in resource.property_dependencies.items()
            },
            protect=bool(resource.opts and resource.opts.protect),
            provider=f"{resource.provider.urn}::" if resource.provider else "",
        )
        for resource in args.resources
    )


def opened(value: Any) -> Any:
    """Plain values; what a preview does not know, and the SDK raises for, is UNKNOWN."""
    if isinstance(value, Mapping):
        return {key: _item(value, key) for key in value}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_item(value, place) for place in range(len(value))]
    return value


def _item(container: Any, key: Any) -> Any:
    try:
        return opened(container[key])
    except UnknownValueError:
        return UNKNOWN


def _waivers(graph: Graph) -> list[Waiver]:
    """Those of the file of the stack whose resources these are: its name is part of every URN."""
    return _waivers_of_file(graph.resources[0].urn.split(":")[2]) if graph.resources else []


@cache
def _waivers_of_file(stack: str) -> list[Waiver]:
    file = STACKS / f"Pulumi.{stack}.yaml"
    return waivers_of(yaml.safe_load(file.read_text()).get("config") or {}) if file.exists() else []


def _stack_policy(policy: Policy) -> StackValidationPolicy:
    def validate(args: StackValidationArgs, report: ReportViolation) -> None:
        graph = graph_of(args)
        judgement = judge(graph, _waivers(graph), policies=[policy])
        for violation in judgement.violations:
            report(str(violation), violation.urn or None)

    return StackValidationPolicy(name=policy.name, description=policy.title, validate=validate)


def _undecided(policies: Sequence[Policy]) -> StackValidationPolicy:
    def validate(args: StackValidationArgs, report: ReportViolation) -> None:
        unknown = judge(graph_of(args), policies=policies).unknown
        if numbers := ", ".join(dict.fromkeys(violation.policy.number for violation in unknown)):
            report(f"Not judged before `up`, for lack of a value: {numbers}", None)

    return StackValidationPolicy(
        name="undecided",
        description="What a preview knows suffices to judge everything.",
        enforcement_level=EnforcementLevel.ADVISORY,
        validate=validate,
    )


def validations() -> list[StackValidationPolicy]:
    """Every policy that can be judged by what the engine hands over: it has opened all secrets."""
    judged = [policy for policy in POLICIES if not policy.sees_secrets]
    return [*map(_stack_policy, judged), _undecided(judged)]
