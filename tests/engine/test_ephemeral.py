"""What the janitor reads is what the real CLI writes, and the commands that it gives do end a stack."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from operations import janitor_destroy
from operations.errors import OperationError
from operations.janitor import why_not
from operations.stack_states import LOCKS, STACKS, StackState, parse_state
from operations.state_names import StateNames
from tests.engine.project import Project
from tests.engine.test_preview import pytestmark as needs_the_cli
from tests.recorded import recorded

pytestmark = needs_the_cli

NOW = datetime.now(UTC)
LOCK_SECONDS = 60


class LocalNames(StateNames):
    """A folder in place of the bucket: the CLI keeps the same files in both."""

    @property
    def backend_url(self) -> str:
        return os.environ["PULUMI_BACKEND_URL"]


@pytest.fixture
def names(project: Project, monkeypatch: pytest.MonkeyPatch) -> StateNames:
    for name, value in project.environment.items():
        monkeypatch.setenv(name, value)
    return LocalNames(account_id="111122223333", region="us-east-1")


def test_a_protected_stack_is_read_as_such(project: Project) -> None:
    state = parse_state("prod", (project.state_folder / f"{STACKS}prod.json").read_bytes())
    assert set(state.protected) == {r.name for r in recorded("prod").resources if r.protect} != set()
    assert state.time_to_live_hours is None
    assert state.image == "apache/airflow:3.3.2"


def test_an_ephemeral_stack_is_locked_while_an_update_runs_and_gone_after_its_time(
    project: Project, names: StateNames
) -> None:
    file = project.state_folder / f"{STACKS}dev.json"

    def up(hours: int) -> StackState:
        def make_ephemeral(config: dict[str, Any]) -> None:
            config["airflow:ephemeral"] = {"time_to_live_hours": hours}
            config["airflow:cluster"]["namespace"] = "airflow-pr-42"

        project.edit("dev", make_ephemeral)
        project.output("up", "--stack", "dev", "--yes", "--skip-preview")
        return parse_state("dev", file.read_bytes())

    state = up(72)
    assert str(why_not(state, NOW)).startswith("it may live until ")
    assert why_not(state, NOW + timedelta(hours=73)) is None
    extended = up(96)
    assert extended.created == state.created  # a further `up` does not start the time anew
    assert str(why_not(extended, NOW + timedelta(hours=73))).startswith("it may live until ")

    kill_an_update(project, project.state_folder / f"{LOCKS}dev")
    with pytest.raises(OperationError, match=r"pulumi destroy: error: .*lock"):
        janitor_destroy.destroy("dev", names)
    project.output("cancel", "--stack", "dev", "--yes")
    janitor_destroy.destroy("dev", names)
    assert not file.exists()


def kill_an_update(project: Project, locks: Path) -> None:
    """At the moment that it has taken its lock, before anything is done."""
    command = ["pulumi", "up", "--stack", "dev", "--yes", "--skip-preview", "--non-interactive"]
    with subprocess.Popen(
        command,
        cwd=project.program,
        env=project.environment,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    ) as running:
        end = time.monotonic() + LOCK_SECONDS
        while not list(locks.glob("*.json")) and time.monotonic() < end:
            time.sleep(0.01)
        os.killpg(running.pid, signal.SIGKILL)
    assert list(locks.glob("*.json")) != []
