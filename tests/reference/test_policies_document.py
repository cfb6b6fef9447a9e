"""No control is forgotten: each row names policies that exist, or the reason why none asks for it."""

import pytest

from policies.evaluate import POLICIES
from reference.policies_document import CONTROLS

NUMBERS = {policy.number for policy in POLICIES}
ROWS = [(control, answer) for rows in CONTROLS.values() for control, answer in rows.items()]


@pytest.mark.parametrize(("control", "answer"), ROWS)
def test_a_control_has_policies_that_exist_or_a_reason(control: str, answer: list[str] | str) -> None:
    if isinstance(answer, str):
        assert len(answer.split()) >= 4, f"{control}: say why"
    else:
        assert set(answer) <= NUMBERS, control


def test_every_policy_answers_a_control() -> None:
    answered = {number for _, answer in ROWS if not isinstance(answer, str) for number in answer}
    assert sorted(NUMBERS - answered) == []
