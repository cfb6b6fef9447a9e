"""What makes a deployment safe: the order of stages, who approves, one image, a stage's steps, and no cut."""

from __future__ import annotations

from typing import Any

import pytest

from tests.workflows.files import FOLDER, Job, commands, jobs, read

STAGES = ("dev", "staging", "prod")


def workflow(name: str) -> dict[str, Any]:
    return read(FOLDER / "workflows" / f"{name}.yaml")["jobs"]


DEPLOY, DAGS = workflow("deploy"), workflow("dags")
(STAGE,) = workflow("deploy-stack").values()
STEPS: list[dict[str, Any]] = STAGE["steps"]


def behind(content: dict[str, Any], job: str) -> set[str]:
    """All jobs without whose success this one does not begin."""
    needs = content[job].get("needs", [])
    direct = {needs} if isinstance(needs, str) else set(needs)
    return direct.union(*(behind(content, each) for each in direct))


@pytest.mark.parametrize("number", range(len(STAGES)), ids=STAGES)
def test_a_stage_begins_when_the_one_before_has_passed(number: int) -> None:
    assert set(STAGES[:number]) == behind(DEPLOY, STAGES[number]) & set(STAGES)


@pytest.mark.parametrize("stage", STAGES)
def test_nothing_is_deployed_before_the_environments_were_looked_at(stage: str) -> None:
    assert {"stacks", "approval"} <= behind(DEPLOY, stage)


@pytest.mark.parametrize(
    ("content", "source", "role"),
    [(DEPLOY, "stacks", "DEPLOYER_ROLE"), (DAGS, "writers", "DAGS_WRITER_ROLE")],
    ids=["deploy", "dags"],
)
def test_every_environment_that_gets_a_role_is_looked_at(
    content: dict[str, Any], source: str, role: str
) -> None:
    approval = content["approval"]
    assert content[source]["with"] == {"role": role}
    assert approval["uses"] == "./.github/workflows/approval.yaml"
    assert approval["with"] == {"stacks": f"${{{{ needs.{source}.outputs.names }}}}"}
    (looked,) = (step["run"] for step in workflow("approval")["environments"]["steps"][3:])
    assert looked == '.venv/bin/python -m operations.approval "$STACKS" --reviewed prod'


def test_no_condition_lets_a_stage_begin_after_a_failure() -> None:
    """A function of the status in a condition takes the place of success of all that it needs."""
    called = [STAGE, *workflow("approval").values()]
    for job in (*DEPLOY.values(), DAGS["sync"], DAGS["approval"], *called):
        assert "(" not in job.get("if", "")
        assert not job.get("continue-on-error")


def test_what_is_deployed_is_what_is_merged() -> None:
    first = {name for name, job in DEPLOY.items() if "needs" not in job}
    assert {DEPLOY[name]["if"].partition(" && ")[0] for name in first} == {"github.ref == 'refs/heads/main'"}


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_is_the_stack_with_its_role_and_the_image_of_dev(stage: str) -> None:
    role = f"vars.DEPLOYER_ROLE_{stage.upper()}"
    given = {"stack": stage, "role": f"${{{{ {role} }}}}", "digest": "${{ needs.dev.outputs.digest }}"}
    if stage == "dev":
        del given["digest"]
    assert DEPLOY[stage]["with"] == given
    assert DEPLOY[stage]["uses"] == "./.github/workflows/deploy-stack.yaml"
    assert f"{role} != ''" in DEPLOY[stage]["if"]


def test_the_image_of_a_stage_is_handed_on() -> None:
    assert STAGE["outputs"] == {"digest": "${{ steps.image.outputs.digest }}"}
    call = read(FOLDER / "workflows" / "deploy-stack.yaml")["on"]["workflow_call"]
    assert call["outputs"]["digest"]["value"] == "${{ jobs.deploy.outputs.digest }}"


def test_a_stage_checks_the_image_then_deploys_by_the_policies_then_smokes() -> None:
    image, up, smoke = (step for step in STEPS if "run" in step)
    assert image["run"] == (
        '.venv/bin/python -m operations.image_digest "$STACK" --expect "$DIGEST" >> "$GITHUB_OUTPUT"'
    )
    assert image["env"]["DIGEST"] == "${{ inputs.digest }}"
    assert up["run"].startswith("pulumi up --yes --non-interactive ")
    assert "--policy-pack policies " in up["run"]
    assert smoke["run"] == '.venv/bin/python -m operations.smoke_deployed "$STACK"'
    assert {step["env"]["STACK"] for step in (image, up, smoke)} == {"${{ inputs.stack }}"}
    assert [step for step in STEPS if "if" in step or "continue-on-error" in step] == []
    assert STAGE["environment"] == "${{ inputs.stack }}"


def test_the_credentials_of_a_stage_outlast_its_job() -> None:
    """Without them Pulumi can neither save what it did nor take away its lock."""
    (stack,) = (step["with"] for step in STEPS if step.get("uses") == "./.github/actions/stack")
    assert stack["duration"] > STAGE["timeout-minutes"] * 60
    action = read(FOLDER / "actions" / "stack" / "action.yaml")
    (taken,) = (s["with"] for s in action["runs"]["steps"] if "configure-aws" in s.get("uses", ""))
    assert taken["role-duration-seconds"] == "${{ inputs.duration }}"


def changing() -> list[Job]:
    """Jobs that write to a cloud: to cut one off leaves a locked state, or half of a folder."""
    names = {"deploy/dev", "deploy/staging", "deploy/prod", "janitor/destroy", "dags/sync"}
    return [job for job in jobs() if str(job) in names]


@pytest.mark.parametrize("job", changing(), ids=str)
def test_what_changes_a_stack_is_never_cut_off_and_runs_alone(job: Job) -> None:
    stack = job.name if job.workflow == "deploy" else "${{ matrix.stack }}"
    assert job.content["concurrency"]["cancel-in-progress"] is False
    assert job.content["concurrency"]["group"].endswith(f"-{stack}")
    cancelling = read(FOLDER / "workflows" / f"{job.workflow}.yaml").get("concurrency", {})
    if cancelling.get("cancel-in-progress"):  # a push has a group of its own
        assert cancelling["group"].endswith(
            "github.event_name == 'pull_request' && github.ref || github.run_id }}"
        )


def test_every_workflow_that_changes_a_stack_is_among_them() -> None:
    words = ("pulumi up", "operations.janitor ", "operations.dag_sync")
    found = {where for where, text in commands() if any(word in text for word in words)}
    assert found == {"deploy-stack/deploy", "janitor/destroy", "dags/plan", "dags/sync"}  # plan is a dry run
    assert len(changing()) == 5


def test_dag_files_reach_a_bucket_after_their_rules_and_the_approval() -> None:
    assert {"check", "writers", "approval"} == behind(DAGS, "sync")
    assert DAGS["sync"]["strategy"]["max-parallel"] == 1
    assert DAGS["sync"]["environment"] == "${{ matrix.stack }}"
