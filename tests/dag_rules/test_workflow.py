"""The workflow `dags`: strangers' files run without rights, and a bucket changes after a merge only."""

from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
JOBS: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / ".github/workflows/dags.yaml").read_text())["jobs"]
OWN_BRANCH = "github.event.pull_request.head.repo.full_name == github.repository"


def commands(job: str) -> str:
    return "\n".join(step.get("run", "") for step in JOBS[job]["steps"])


def test_the_job_that_runs_dag_files_has_no_rights() -> None:
    assert "make dags" in commands("check")
    assert JOBS["check"]["permissions"] == {"contents": "read"}
    assert not [step for step in JOBS["check"]["steps"] if "aws" in str(step)]
    assert JOBS["check"]["steps"][0]["with"]["persist-credentials"] is False


def test_a_pull_request_is_shown_a_dry_run_and_a_fork_no_role() -> None:
    assert OWN_BRANCH in JOBS["plan"]["if"]
    assert '--dry-run 2>&1 | tee -a "$GITHUB_STEP_SUMMARY"' in commands("plan")
    assert commands("plan").count("dag_sync") == 1


def test_a_bucket_changes_after_a_merge_only_and_after_the_check() -> None:
    sync = JOBS["sync"]
    assert sync["if"] == "github.event_name == 'push' && needs.writers.outputs.names != ''"
    assert sync["needs"] == ["check", "writers", "approval"]
    assert sync["environment"].split(" #")[0] == "${{ matrix.stack }}"
    assert sync["concurrency"]["cancel-in-progress"] is False


@pytest.mark.parametrize(("job", "kind"), [("readers", "READER"), ("writers", "WRITER")])
def test_readers_and_writers_have_roles_of_their_own(job: str, kind: str) -> None:
    assert JOBS[job]["uses"] == "./.github/workflows/stacks.yaml"
    assert JOBS[job]["with"] == {"role": f"DAGS_{kind}_ROLE"}
