"""No rule without a case: what is declared or registered and never broken by a case file is named here."""

import re

from stacks.refusals import REFUSED_KEYS
from stacks.registry import RULES
from stacks.settings import GIVEN_SECRETS, check
from tests.stacks.case_files import cases
from tests.stacks.constraints import broken, declared


def test_every_registered_rule_is_broken_by_a_case() -> None:
    found = {
        problem.source
        for case in cases()
        for problem in check(case.content, [name for name in GIVEN_SECRETS if case.content.get(name)])[1]
    }
    assert set(RULES) - found == set()


def test_every_declared_constraint_is_broken_by_a_case() -> None:
    found = {constraint for case in cases() for constraint in broken(case.content)}
    assert declared() - found == set()


def test_the_search_for_constraints_finds_them() -> None:
    """A walker that finds nothing would let the test above pass."""
    assert {
        ("DatabaseSettings.storage_gib", "greater_than_equal"),
        ("NetworkSettings.subnet_ids", "too_short"),
        ("NetworkSettings.subnet_ids", "subnet_id"),
        ("AirflowSettings.env", "env_name"),
        ("AirflowSettings.executor", "executor_gone"),
        ("GitRepository.known_hosts", "known_hosts"),
        ("CacheSettings.engine", "literal_error"),
        ("Quantity.cpu", "missing"),
        ("Rotations", "extra_forbidden"),
    } <= declared()


def test_every_refused_key_is_given_by_a_case() -> None:
    lines = [line for case in cases() for line in case.expected]
    given = {
        path for path in REFUSED_KEYS for line in lines if re.match(f"airflow:{re.escape(path)}: ", line)
    }
    assert set(REFUSED_KEYS) - given == set()
