"""Each clause of each policy, broken alone: the policy that owns it notices, and says what and what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from offline.graph import Graph
from policies.evaluate import violations, waivers_end
from policies.rule import POLICIES, Policy, Violation
from tests.policies import (
    clauses_access,
    clauses_alarms,
    clauses_extras,
    clauses_kubernetes,
    clauses_pods,
    clauses_program,
    clauses_storage,
    clauses_stores,
)
from tests.policies.breaking import Edit, prod

TABLES = (
    *(clauses_access, clauses_alarms, clauses_extras, clauses_kubernetes, clauses_pods, clauses_program),
    *(clauses_storage, clauses_stores),
)
CLAUSES = {number: edits for table in TABLES for number, edits in table.CLAUSES.items()}
OF_RESOURCES = [policy for policy in POLICIES if policy.check is not waivers_end]
RIGHT_WHEN_MISSING = {
    "AIRFLOW.20": "shards: clusterMode itself is taken away",
    "AIRFLOW.34": "no tier is the standard one",
    "AIRFLOW.42": "a role without rights of its own is what is wanted",
    "AIRFLOW.46": "who trusts nobody shares no service account: AIRFLOW.40 notices",
    "AIRFLOW.50": "a group without inline rules is what is wanted",
    "AIRFLOW.73": "what is not there holds no secret",
    "AIRFLOW.76": "likewise",
    "AIRFLOW.77": "without an image Airflow's own is meant: AIRFLOW.64 judges it",
    "AIRFLOW.86": "a type that is left out needs no judgement: AIRFLOW.85 notices",
    "AIRFLOW.89": "the chart's own probes are on",
    "AIRFLOW.90": "a bucket without inline settings is what is wanted",
    "AIRFLOW.91": "not to be deleted with its objects is the default",
    "AIRFLOW.93": "nothing is switched off by what is not there",
    "AIRFLOW.96": "what is left out is Airflow's default, which lets nobody in",
    "AIRFLOW.97": "a variable that is not there wins over nothing",
    "AIRFLOW.99": "Helm's defaults are what is wanted",
    "AIRFLOW.100": "the chart's own commands are what is wanted",
    "AIRFLOW.101": "no container beside Airflow's is right",
    "AIRFLOW.102": "both are off in the chart",
    "AIRFLOW.103": "who is given nothing reads nothing",
}
"""Policies that are kept when what they look at is missing, and why."""


def cases() -> Iterator[object]:
    for number, edits in CLAUSES.items():
        for edit in edits:
            yield pytest.param(number, edit, id=f"{number} {edit.says}")


def found(graph: Graph, number: str) -> list[Violation]:
    return violations(graph, [policy for policy in POLICIES if policy.number == number])


@pytest.mark.parametrize(("number", "edit"), list(cases()))
def test_a_broken_clause_is_noticed_by_its_policy(number: str, edit: Edit) -> None:
    noticed = found(edit.apply(prod()), number)
    assert noticed
    for violation in noticed:
        shown = str(violation)
        assert violation.resource in shown
        assert re.search(r": \S.{8,}\. \S.{8,}$", shown), f"{shown}: no problem or no remedy"


def test_each_edit_of_a_policy_is_another_one() -> None:
    for number, edits in CLAUSES.items():
        assert len({edit.says for edit in edits}) == len(edits), number


@pytest.mark.parametrize("policy", OF_RESOURCES, ids=lambda policy: policy.number)
def test_every_policy_is_kept_by_prod_and_broken_by_a_wrong_and_by_a_missing_value(policy: Policy) -> None:
    assert found(prod(), policy.number) == []
    edits = CLAUSES[policy.number]
    assert [edit for edit in edits if not edit.takes_away] or policy.number in ONLY_MISSING
    assert [edit for edit in edits if edit.takes_away] or policy.number in RIGHT_WHEN_MISSING


ONLY_MISSING = {"AIRFLOW.83", "AIRFLOW.85", "AIRFLOW.94"}
"""Policies that ask for something to be there, whatever it is."""


def test_no_table_has_a_policy_that_does_not_exist() -> None:
    assert sorted(CLAUSES) == sorted(policy.number for policy in OF_RESOURCES)


STRANGE = ("", "x", 1, True, [], ["x"], [None], {}, {"x": None}, [[1]])


@pytest.mark.parametrize("shape", STRANGE, ids=repr)
def test_inputs_of_any_shape_are_judged_without_a_crash(shape: object) -> None:
    """And none of them is taken for a stack that is right."""
    changed = [replace(r, inputs=dict.fromkeys(r.inputs, shape)) for r in prod().resources]
    assert len({v.policy.number for v in violations(Graph.of(changed))}) > len(OF_RESOURCES) / 2
