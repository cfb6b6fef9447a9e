"""No deployment to an environment that waits for nobody."""

from typing import Any

import pytest

from operations import approval
from tests.operations.fake_github import FakeGitHub

WAITING = {"id": 1, "type": "wait_timer", "wait_timer": 30}
TEAM = {"type": "Team", "reviewer": {"slug": "platform"}}
ASKED = {"id": 2, "type": "required_reviewers", "prevent_self_review": True, "reviewers": [TEAM, TEAM]}


def test_with_required_reviewers_it_goes_on(github: FakeGitHub, capsys: pytest.CaptureFixture[str]) -> None:
    github.environments["prod"] = {"name": "prod", "protection_rules": [WAITING, ASKED]}
    assert approval.main(["prod"]) == 0
    assert capsys.readouterr().out == "prod: 2 required reviewers\n"


@pytest.mark.parametrize(
    "environment",
    [
        None,
        {"name": "prod"},
        {"name": "prod", "protection_rules": [WAITING]},
        {"name": "prod", "protection_rules": [{**ASKED, "reviewers": []}]},
    ],
    ids=["no environment", "no rules", "only a timer", "nobody"],
)
def test_without_anybody_who_approves_it_stops_with_the_remedy(
    github: FakeGitHub, capsys: pytest.CaptureFixture[str], environment: dict[str, Any] | None
) -> None:
    """GitHub makes an environment that is missing when a job names it, without any rule."""
    github.environments |= {} if environment is None else {"prod": environment}
    assert approval.main(["prod"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("approval: the GitHub environment prod has no required reviewers")
    assert "Settings, Environments, prod" in line


def test_a_refusal_stops_too(github: FakeGitHub, capsys: pytest.CaptureFixture[str]) -> None:
    github.environments["prod"] = {"name": "prod", "protection_rules": [ASKED]}
    github.refuses = 403
    assert approval.main(["prod"]) == 1
    assert "403 Resource not accessible by integration" in capsys.readouterr().err
