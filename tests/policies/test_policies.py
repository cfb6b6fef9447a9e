"""Each policy: kept by every stack, broken by a wrong value, broken by a missing one."""

from __future__ import annotations

from datetime import date

import pytest
import yaml

import offline
from offline import ROOT
from policies.evaluate import judge, violations
from policies.rule import POLICIES
from policies.waivers import Waiver, waivers_of
from tests.policies.breaking import (
    BREAKS,
    DELETE,
    OF_THE_RESOURCE,
    prod,
    with_option,
    with_value,
)
from tests.recorded import recorded

NUMBERS = [policy.number for policy in POLICIES]


def waivers(stack: str) -> list[Waiver]:
    text = (ROOT / "stacks" / f"Pulumi.{stack}.yaml").read_text()
    return waivers_of(yaml.safe_load(text)["config"])


@pytest.mark.parametrize("preview", [False, True])
@pytest.mark.parametrize("stack", offline.stack_names())
def test_every_stack_keeps_every_policy_or_waives_it_with_a_reason(stack: str, preview: bool) -> None:
    judgement = judge(recorded(stack, preview=preview), waivers(stack))
    assert [str(violation) for violation in judgement.violations] == []
    assert judgement.unused == []
    assert judgement.expired == []


def test_every_policy_has_its_own_number_a_sentence_and_a_remedy() -> None:
    assert len(set(NUMBERS)) == len(NUMBERS)
    assert [p.number for p in POLICIES if not (p.title.endswith(".") and p.fix and p.types)] == []


def test_every_policy_finds_resources_in_prod() -> None:
    """A type that is spelled otherwise would never be judged."""
    assert [p.number for p in POLICIES if not any(prod().of_type(type_) for type_ in p.types)] == []


def test_every_policy_is_broken_below() -> None:
    assert {*BREAKS, *OF_THE_RESOURCE} == set(NUMBERS)


def breaks(graph: offline.Graph, number: str) -> bool:
    return bool(violations(graph, [policy for policy in POLICIES if policy.number == number]))


@pytest.mark.parametrize("number", BREAKS)
def test_a_wrong_value_breaks_it(number: str) -> None:
    case = BREAKS[number]
    assert breaks(with_value(prod(), case.type_, case.path, case.value), number)


@pytest.mark.parametrize("number", [n for n in BREAKS if n != "AIRFLOW.50"])
def test_a_missing_value_breaks_it(number: str) -> None:
    case = BREAKS[number]
    assert breaks(with_value(prod(), case.type_, case.missing or case.path, DELETE), number)


def test_a_group_without_inline_rules_is_what_is_wanted() -> None:
    """The one policy whose missing value is right."""
    case = BREAKS["AIRFLOW.50"]
    assert not breaks(with_value(prod(), case.type_, case.path, DELETE), "AIRFLOW.50")


@pytest.mark.parametrize("number", OF_THE_RESOURCE)
def test_a_missing_option_breaks_it(number: str) -> None:
    assert breaks(with_option(prod(), OF_THE_RESOURCE[number]), number)


def waiver(**more: object) -> Waiver:
    fields = {"policy": "RDS.5", "reason": "one zone is enough here", "expires": date(2027, 1, 31), **more}
    return Waiver(**fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "today", "waived"),
    [
        (waiver(), date(2027, 1, 31), True),
        (waiver(), date(2027, 2, 1), False),
        (waiver(resource="database-instance"), date(2026, 1, 1), True),
        (waiver(resource="another-instance"), date(2026, 1, 1), False),
        (waiver(policy="RDS.6"), date(2026, 1, 1), False),
    ],
)
def test_a_waiver_holds_for_its_policy_its_resource_and_its_time(
    given: Waiver, today: date, waived: bool
) -> None:
    graph = with_value(prod(), BREAKS["RDS.5"].type_, "multiAz", False)
    judgement = judge(graph, [given], today)
    assert ("RDS.5" not in {v.policy.number for v in judgement.violations}) == waived
    assert bool(judgement.expired) == (given.expires < today)


def test_a_violation_says_what_where_and_what_to_do() -> None:
    graph = with_value(prod(), BREAKS["RDS.5"].type_, "multiAz", False)
    (found,) = violations(graph)
    assert str(found) == (
        "RDS.5 (medium) database-instance: multiAz is False, wanted True. "
        "Set database.multi_az, or waive it outside production"
    )
