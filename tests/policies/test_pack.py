"""The policies as the engine runs them: the policy SDK's own objects, with what a preview does not know."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pulumi_policy import (
    EnforcementLevel,
    PolicyCustomTimeouts,
    PolicyProviderResource,
    PolicyResource,
    PolicyResourceOptions,
    StackValidationArgs,
)
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE, unknown_checking_proxy

import offline
from offline.graph import Graph, Resource, Unknown, _map, plain
from policies import pack
from policies.pack import validations
from policies.rule import POLICIES
from policies.waivers import Waiver
from tests.policies.breaking import prod
from tests.policies.test_clauses import CLAUSES
from tests.recorded import recorded


def known(value: Any) -> Any:
    """As the engine sends it: secrets opened, unknowns as their mark."""
    return _map(plain(value), lambda leaf: UNKNOWN_STRING_VALUE if isinstance(leaf, Unknown) else leaf)


def engine(graph: Graph) -> StackValidationArgs:
    made: dict[str, PolicyResource] = {}
    for resource in graph.resources:
        made[resource.urn] = _policy_resource(resource, graph)
    for resource in graph.resources:
        for name, urns in resource.property_dependencies.items():
            made[resource.urn].property_dependencies[name] = [made[urn] for urn in urns if urn in made]
    return StackValidationArgs([r for r in made.values() if graph.find(r.urn)])


def _policy_resource(resource: Resource, graph: Graph) -> PolicyResource:
    urn = resource.provider.rsplit("::", 1)[0]
    provider = graph.find(urn)
    return PolicyResource(
        resource_type=resource.type,
        props=unknown_checking_proxy(known(resource.inputs)),
        urn=resource.urn,
        name=resource.name,
        opts=PolicyResourceOptions(
            resource.protect, [], False, [], PolicyCustomTimeouts(0, 0, 0), [], resource.parent
        ),
        provider=PolicyProviderResource(provider.type, {}, urn, provider.name) if provider else None,
        parent=None,
        dependencies=[],
        property_dependencies={},
    )


def reported(graph: Graph) -> set[str]:
    args, found = engine(graph), []
    for validation in validations():
        if validation.name != "undecided":
            validation.validate(args, lambda message, urn=None: found.append(message))
    return {message.split(" ")[0] for message in found}


@pytest.mark.parametrize("stack", offline.stack_names())
@pytest.mark.parametrize("preview", [False, True])
def test_the_pack_has_nothing_to_say_of_a_stack_with_its_waivers(stack: str, preview: bool) -> None:
    assert reported(recorded(stack, preview=preview)) == set()


@pytest.mark.parametrize("number", ["RDS.2", "IAM.1", "EC2.19", "S3.8", "AIRFLOW.62", "AIRFLOW.70", "SNS.4"])
def test_the_pack_reports_what_is_broken(number: str) -> None:
    assert number in reported(CLAUSES[number][0].apply(prod()))


def test_the_pack_reports_a_waiver_that_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = Waiver(policy="RDS.5", reason="one zone is enough here", expires=date(2020, 1, 31))
    monkeypatch.setattr(pack, "_waivers_of_file", lambda _stack: [ended])
    assert reported(prod()) == {"AIRFLOW.1"}


@pytest.mark.parametrize(("preview", "named"), [(True, ["IAM.1"]), (False, [])])
def test_what_a_preview_does_not_know_enough_for_is_named(preview: bool, named: list[str]) -> None:
    (undecided,) = [validation for validation in validations() if validation.name == "undecided"]
    said: list[str] = []
    undecided.validate(
        engine(recorded("prod", preview=preview)), lambda message, urn=None: said.append(message)
    )
    assert undecided.enforcement_level is EnforcementLevel.ADVISORY
    assert [number for number in ("S3.8", "IAM.1") if f" {number}," in "".join(said)] == named


def test_only_what_needs_marked_secrets_is_left_out() -> None:
    names = {validation.name for validation in validations()}
    assert len(names) == len(validations())
    assert {p.number for p in POLICIES if p.name not in names} == {"AIRFLOW.31", "AIRFLOW.61", "AIRFLOW.73"}
