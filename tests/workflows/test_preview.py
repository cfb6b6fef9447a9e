"""The report is of the pull request alone; a preview, which runs a branch's code with a role, has a gate."""

from typing import Any

from tests.workflows.files import FOLDER, read

JOBS: dict[str, Any] = read(FOLDER / "workflows" / "preview.yaml")["jobs"]


def running(job: str, command: str) -> dict[str, Any]:
    """The one step of the job that does it."""
    (found,) = (step for step in JOBS[job]["steps"] if command in step.get("run", ""))
    return found


def test_the_report_is_against_what_the_branch_is_merged_into() -> None:
    step = running("report", "-m review")
    assert '-m review HEAD "$HEAD" --labels "$LABELS" --output ../report' in step["run"]
    assert step["env"]["HEAD"] == "${{ github.sha }}"
    (checkout,) = (each for each in JOBS["report"]["steps"] if "checkout@" in each.get("uses", ""))
    assert "ref" not in checkout["with"]  # so HEAD is the merge of the branch
    assert checkout["with"]["fetch-depth"] == 0


def test_a_change_is_judged_by_the_report_and_the_policies_of_its_base() -> None:
    """Those of the branch could be edited together with what they guard."""
    steps, step = JOBS["report"]["steps"], running("report", "-m review")
    assert steps[steps.index(step) - 1] == {"run": "git worktree add --detach judge HEAD^1"}
    assert step["working-directory"] == "judge"
    assert step["run"].startswith("../.venv/bin/python -m review ")


def test_the_comment_is_written_by_code_of_the_base() -> None:
    (checkout,) = (each for each in JOBS["comment"]["steps"] if "checkout@" in each.get("uses", ""))
    assert checkout["with"]["ref"] == "${{ github.event.pull_request.base.sha }}"


def test_a_blocked_change_fails_and_its_report_is_shown_all_the_same() -> None:
    steps = JOBS["report"]["steps"]
    later = steps[steps.index(running("report", "-m review")) + 1 :]
    assert "||" not in running("report", "-m review")["run"]
    assert [step["if"] for step in later] == ["${{ !cancelled() }}"] * 2
    assert "GITHUB_STEP_SUMMARY" in later[0]["run"]
    assert later[1]["with"] == {"name": "report", "path": "report"}


def test_a_preview_runs_in_an_environment_of_its_own() -> None:
    """So that reviewers can be asked before the branch's code gets a role, and none gets a deployer's."""
    assert JOBS["preview"]["environment"] == "preview-${{ matrix.stack }}"


def test_a_preview_judges_by_the_policies_and_its_failure_is_one() -> None:
    step = running("preview", "pulumi preview")
    assert "--policy-pack policies" in step["run"]
    assert "--diff" in step["run"]
    assert step["shell"] == "bash"  # with pipefail
    assert "||" not in step["run"]


def test_one_comment_says_both_whatever_came_of_them() -> None:
    comment = JOBS["comment"]
    assert comment["if"].startswith("!cancelled() && ")
    assert comment["needs"] == ["report", "preview"]
    assert 'operations.comment "$NUMBER" found/review.md found/*.txt' in running("comment", "comment")["run"]
