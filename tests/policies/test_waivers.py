"""Waivers: for a policy, a resource and a time."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from policies.evaluate import Judgement, judge
from policies.waivers import LONGEST_DAYS, Waiver
from tests.policies.breaking import prod, put

TODAY = date(2027, 1, 31)
ONE_ZONE = put("aws:rds/instance:Instance", "multiAz", False).apply(prod())


def waiver(**more: object) -> Waiver:
    fields = {"policy": "RDS.5", "reason": "one zone is enough here", "expires": TODAY, **more}
    return Waiver(**fields)  # type: ignore[arg-type]


def broken(judgement: Judgement) -> set[str]:
    return {violation.policy.number for violation in judgement.violations}


@pytest.mark.parametrize(
    ("given", "waived"),
    [
        (waiver(), True),
        (waiver(resource="database-instance"), True),
        (waiver(resource="another-instance"), False),
        (waiver(policy="RDS.6"), False),
        (waiver(expires=TODAY - timedelta(days=1)), False),
    ],
)
def test_a_waiver_holds_for_its_policy_its_resource_and_its_time(given: Waiver, waived: bool) -> None:
    judgement = judge(ONE_ZONE, [given], TODAY)
    assert ("RDS.5" not in broken(judgement)) == waived
    assert [w for _, w in judgement.waived] == ([given] if waived else [])


def test_a_waiver_that_has_ended_is_a_violation_even_where_nothing_needs_it() -> None:
    judgement = judge(prod(), [waiver(expires=TODAY - timedelta(days=1))], TODAY)
    (found,) = judgement.violations
    assert str(found) == (
        "AIRFLOW.1 (medium) RDS.5: its waiver ended on 2027-01-30: one zone is enough here. "
        "Repair what it waives, or agree on a new day with a reason of today"
    )


@pytest.mark.parametrize(("days", "numbers"), [(LONGEST_DAYS, set()), (LONGEST_DAYS + 1, {"AIRFLOW.1"})])
def test_a_waiver_runs_for_400_days_at_most(days: int, numbers: set[str]) -> None:
    assert broken(judge(ONE_ZONE, [waiver(expires=TODAY + timedelta(days=days))], TODAY)) == numbers


def test_that_waivers_end_cannot_be_waived() -> None:
    ended = waiver(expires=TODAY - timedelta(days=1))
    assert "AIRFLOW.1" in broken(judge(prod(), [ended, waiver(policy="AIRFLOW.1")], TODAY))


def test_a_waiver_that_nothing_needs_is_named_and_no_violation() -> None:
    judgement = judge(prod(), [waiver(), waiver(policy="CKV_AWS_1")], TODAY)
    assert (judgement.unused, list(judgement.violations)) == ([waiver()], [])
