"""No deployment to an environment of any branch, and none that nobody approves where somebody should."""

from typing import Any

import pytest

from operations import approval
from tests.operations.fake_github import FakeGitHub

WAITING = {"id": 1, "type": "wait_timer", "wait_timer": 30}
TEAM = {"type": "Team", "reviewer": {"slug": "platform"}}
ASKED = {"id": 2, "type": "required_reviewers", "prevent_self_review": True, "reviewers": [TEAM, TEAM]}
MAIN = {"deployment_branch_policy": {"protected_branches": False, "custom_branch_policies": True}}
POLICIES = "deployment-branch-policies"
BOTH = ["dev prod", "--reviewed", "prod"]


@pytest.fixture
def environments(github: FakeGitHub) -> dict[str, dict[str, Any]]:
    """As docs/PIPELINES.md sets them up."""
    for stack in ("dev", "prod"):
        github.environments[f"{stack}/{POLICIES}"] = {"branch_policies": [{"name": "main", "type": "branch"}]}
    github.environments["dev"] = {"name": "dev", "protection_rules": [], **MAIN}
    github.environments["prod"] = {"name": "prod", "protection_rules": [WAITING, ASKED], **MAIN}
    return github.environments


Environments = dict[str, dict[str, Any]]


def refusal(capsys: pytest.CaptureFixture[str]) -> str:
    assert approval.main(BOTH) == 1
    (line,) = capsys.readouterr().err.splitlines()
    return line


def test_what_is_guarded_goes_on(environments: Environments, capsys: pytest.CaptureFixture[str]) -> None:
    assert approval.main(BOTH) == 0
    assert capsys.readouterr().out.splitlines() == [
        "dev: main alone, 0 required reviewers",
        "prod: main alone, 2 required reviewers",
    ]


@pytest.mark.parametrize(
    "rules", [[], [WAITING], [{**ASKED, "reviewers": []}]], ids=["none", "timer", "nobody"]
)
def test_without_anybody_who_approves_it_stops_with_the_remedy(
    environments: Environments, capsys: pytest.CaptureFixture[str], rules: list[dict[str, Any]]
) -> None:
    environments["prod"]["protection_rules"] = rules
    line = refusal(capsys)
    assert line.startswith("approval: the GitHub environment prod has no required reviewers")
    assert "Settings, Environments, prod, Required reviewers" in line


@pytest.mark.parametrize("stack", ["dev", "prod"])
@pytest.mark.parametrize("policy", [{}, {"deployment_branch_policy": None}], ids=["not told", "any branch"])
def test_an_environment_of_any_branch_stops_it_before_anything_is_deployed(
    environments: Environments, capsys: pytest.CaptureFixture[str], stack: str, policy: dict[str, Any]
) -> None:
    rules = environments[stack]["protection_rules"]
    environments[stack] = {"name": stack, "protection_rules": rules, **policy}
    line = refusal(capsys)
    assert line.startswith(f"approval: the GitHub environment {stack} lets any branch deploy")
    assert f"Settings, Environments, {stack}" in line


@pytest.mark.parametrize(
    ("allowed", "told"),
    [
        ([{"name": "main", "type": "branch"}, {"name": "release/*", "type": "branch"}], "main, release/*"),
        ([{"name": "*", "type": "branch"}], "*"),
        ([{"name": "main", "type": "tag"}], "tag main"),
        ([], "nothing"),
    ],
    ids=["another", "a pattern", "a tag", "nothing"],
)
def test_an_environment_of_more_than_main_stops_it(
    environments: Environments, capsys: pytest.CaptureFixture[str], allowed: list[dict[str, str]], told: str
) -> None:
    environments[f"dev/{POLICIES}"] = {"branch_policies": allowed}
    assert refusal(capsys).startswith(f"approval: the GitHub environment dev lets {told} deploy; name main")


def test_protected_branches_are_not_main_alone(
    environments: Environments, capsys: pytest.CaptureFixture[str]
) -> None:
    protected = {"protected_branches": True, "custom_branch_policies": False}
    environments["dev"]["deployment_branch_policy"] = protected
    assert "lets any protected branch deploy" in refusal(capsys)


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_an_environment_that_is_missing_stops_it(
    environments: Environments, capsys: pytest.CaptureFixture[str], stack: str
) -> None:
    """GitHub makes it when a job names it, without any rule."""
    del environments[stack]
    assert refusal(capsys).startswith(
        f"approval: there is no GitHub environment {stack}; make it in Settings"
    )


def test_a_refusal_stops_too(
    environments: Environments, github: FakeGitHub, capsys: pytest.CaptureFixture[str]
) -> None:
    github.refuses = 403
    assert "403 Resource not accessible by integration" in refusal(capsys)
