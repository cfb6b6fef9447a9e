"""What a stack costs, what is named instead of counted as nothing, and the limit."""

from __future__ import annotations

import pytest

import offline
from offline.graph import Graph, Resource
from review.cost import bill
from review.pods import requests_of
from tests.recorded import recorded
from tests.review.sides import edited, said


@pytest.mark.parametrize("stack", offline.stack_names())
def test_everything_in_a_stack_has_a_price_or_is_known_to_have_none(stack: str) -> None:
    assert bill(recorded(stack)).unknown == ()


def test_an_unknown_type_and_an_unknown_class_are_named() -> None:
    def resource(type_: str, **inputs: object) -> Resource:
        return Resource(urn=f"urn:pulumi:x::y::{type_}::a", type=type_, name="a", inputs=inputs)

    graph = Graph.of(
        [
            resource("aws:opensearch/domain:Domain"),
            resource("aws:rds/instance:Instance", instanceClass="db.x9.huge", allocatedStorage=1),
        ]
    )
    assert bill(graph).unknown == ("aws:opensearch/domain:Domain", "db.x9.huge")
    assert bill(graph).total == 0


def test_a_bigger_class_costs_its_difference() -> None:
    text = said(edited("prod", {"database": {"instance_class": "db.m7g.xlarge"}}))
    assert "aws:rds/instance:Instance: 268.28 → 513.56" in text
    assert "(+245.28)" in text


def test_a_class_without_a_price_makes_the_sum_a_lower_bound_and_no_difference() -> None:
    text = said(edited("prod", {"database": {"instance_class": "db.r7g.8xlarge"}}))
    assert "aws:rds/instance:Instance: 268.28 → ?" in text
    (summary,) = (line for line in text.splitlines() if "list prices" in line)
    assert " → **at least " in summary
    assert "(-" not in summary
    assert "(+" not in summary


def test_prices_are_of_one_region_and_for_another_one_an_estimate() -> None:
    assert "list prices of us-east-1, 20" in said(
        edited("prod", {"database": {"instance_class": "db.m7g.xlarge"}})
    )
    elsewhere = edited("prod", {"account": {"region": "eu-central-1"}})
    text = said(elsewhere)
    assert "(an **estimate**: the stack is in eu-central-1, where prices differ)" in text
    assert "no price known" not in text


def test_one_more_pod_reserves_its_requests_and_those_of_its_log_groomer() -> None:
    more = edited("prod", {"airflow": {"components": {"scheduler": {"replicas": 3}}}})
    before, after = (requests_of(graph) for graph in more.graphs if graph)
    more_gib = after.memory_gib - before.memory_gib
    assert (after.vcpu - before.vcpu, more_gib) == (pytest.approx(0.52), pytest.approx(1 + 1 / 16, abs=0.001))
    assert "Cost: pods, as part of m7g.large nodes" in said(more)


def test_above_its_limit_a_stack_blocks_until_the_price_is_allowed() -> None:
    bigger = {"database": {"instance_class": "db.m7g.2xlarge"}}
    blocked = edited("prod", bigger, {"max_monthly_usd": 700})
    assert [finding.allow for finding in blocked.blocking] == ["price"]
    assert not edited("prod", bigger, {"max_monthly_usd": 700, "allow": ["price"]}).blocked
    assert not edited("prod", bigger, {"max_monthly_usd": 5000}).blocked
