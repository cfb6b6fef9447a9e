"""What runs by the clock: who takes part, what it does by hand, and its issue, after a failure too."""

from __future__ import annotations

import importlib.util
from typing import Any

import pytest

from tests.workflows.files import FOLDER, Job, jobs, read


def workflow(name: str) -> dict[str, Any]:
    return read(FOLDER / "workflows" / f"{name}.yaml")["jobs"]


def running(job: dict[str, Any], command: str) -> dict[str, Any]:
    """The one step of the job that does it."""
    (found,) = (step for step in job["steps"] if command in step.get("run", ""))
    return found


def per_stack() -> list[Job]:
    return [job for job in jobs() if "matrix" in job.content.get("strategy", {})]


@pytest.mark.parametrize("job", per_stack(), ids=str)
def test_only_stacks_with_a_role_take_part(job: Job) -> None:
    """And no step of such a job is left out: a stack that was not looked at must not look as if it was."""
    matrix = job.content["strategy"]["matrix"]
    source = matrix.removeprefix("${{ fromJSON(needs.").removesuffix(".outputs.matrix) }}")
    assert f"needs.{source}.outputs.names != ''" in job.content["if"]
    assert source in job.content["needs"]
    assert workflow(job.workflow)[source]["uses"] == "./.github/workflows/stacks.yaml"
    assert [step for step in job.content["steps"] if "matrix.role" in step.get("if", "")] == []


def test_there_is_one_such_job_in_each_workflow_of_roles() -> None:
    found = {str(job) for job in per_stack()}
    assert found == {
        "preview/preview", "drift/look", "image/scan", "janitor/destroy", "dags/plan", "dags/sync"
    }  # fmt: skip


def test_the_job_that_finds_them_reads_the_variables() -> None:
    (job,) = workflow("stacks").values()
    step = running(job, "operations.stacks_with_role")
    assert step["run"] == 'python3 -m operations.stacks_with_role "$ROLE" "$STACKS" >> "$GITHUB_OUTPUT"'
    assert step["env"] == {
        "ROLE": "${{ inputs.role }}", "STACKS": "${{ inputs.stacks }}", "VARIABLES": "${{ toJSON(vars) }}"
    }  # fmt: skip
    called = read(FOLDER / "workflows" / "stacks.yaml")["on"]["workflow_call"]["outputs"]
    for name in ("matrix", "names"):
        assert job["outputs"][name] == f"${{{{ steps.{step['id']}.outputs.{name} }}}}"
        assert called[name]["value"] == f"${{{{ jobs.find.outputs.{name} }}}}"


def test_a_janitor_that_is_started_by_hand_destroys_only_when_asked() -> None:
    on, step = (
        read(FOLDER / "workflows" / "janitor.yaml")["on"],
        running(workflow("janitor")["destroy"], "janitor"),
    )
    assert on["workflow_dispatch"]["inputs"]["destroy"] | {"description": ""} == {
        "description": "", "type": "boolean", "default": False
    }  # fmt: skip
    assert step["env"]["MODE"] == (
        "${{ (github.event_name == 'schedule' || inputs.destroy) && '--destroy' || '--dry-run' }}"
    )
    assert 'operations.janitor "$STACK" "$MODE" ' in step["run"]
    assert step["shell"] == "bash"  # with pipefail


@pytest.mark.parametrize(
    ("name", "looking", "about", "only"),
    [
        ("drift", "look", "drift", set[str]()),
        ("janitor", "destroy", "janitor", {"(github.event_name == 'schedule' || inputs.destroy)"}),
        ("image", "scan", "scan", {"github.ref == 'refs/heads/main'", "github.event_name != 'push'"}),
    ],
)
def test_the_issue_is_written_after_a_failed_look_too(
    name: str, looking: str, about: str, only: set[str]
) -> None:
    job = workflow(name)["issue"]
    condition = job["if"].removeprefix("${{ ").removesuffix(" }}").split(" && ")
    assert set(condition) == {"!cancelled()", "needs.stacks.outputs.names != ''", *only}
    assert job["needs"] == ["stacks", looking]
    assert job["uses"] == "./.github/workflows/issue.yaml"
    assert job["with"] == {"about": about, "stacks": "${{ needs.stacks.outputs.names }}"}
    assert importlib.util.find_spec(f"operations.{about}_issue")


def test_the_issue_is_of_what_was_looked_at_and_what_was_found() -> None:
    (job,) = workflow("issue").values()
    step = running(job, "_issue")
    assert '-m "operations.${ABOUT}_issue" --looked-at "$STACKS" found/*.json' in step["run"]
    assert "shopt -s nullglob" in step["run"]
    assert step["env"]["STACKS"] == "${{ inputs.stacks }}"
    (down,) = (s for s in job["steps"] if "download-artifact@" in s.get("uses", ""))
    assert down["with"] == {"path": "found", "pattern": "${{ inputs.about }}-*", "merge-multiple": True}


@pytest.mark.parametrize(
    ("name", "looking", "about"),
    [("drift", "look", "drift"), ("janitor", "destroy", "janitor"), ("image", "scan", "scan")],
)
def test_what_was_found_reaches_the_issue(name: str, looking: str, about: str) -> None:
    steps = workflow(name)[looking]["steps"]
    (up,) = (s for s in steps if "upload-artifact@" in s.get("uses", ""))
    assert f'"{about}/$STACK.json"' in running(workflow(name)[looking], "$STACK.json")["run"]
    assert up["with"] == {"name": f"{about}-${{{{ matrix.stack }}}}", "path": about}


def test_an_image_that_does_not_pass_leaves_nothing_for_the_issue() -> None:
    """It is the missing file that is told."""
    *_, trivy, passed, up = workflow("image")["scan"]["steps"]
    assert trivy["with"]["exit-code"] == "1"
    assert [step for step in (passed, up) if "if" in step] == []


def test_drift_is_what_a_refresh_finds_and_a_failed_preview_is_told() -> None:
    lines = running(workflow("drift")["look"], "pulumi preview")["run"]
    assert "pulumi preview --refresh --json --non-interactive " in lines
    assert '-m operations.drift "$STACK" preview.json' in lines
    assert '||\n  echo "::warning::the preview failed"' in lines
