"""An ephemeral stack under the real engine: what its state says of it, and its end by the state alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from operations.janitor_destroy import destroy
from operations.stack_states import STACKS, StackState, parse_state
from operations.state_names import StateNames
from tests.engine.project import Project
from tests.engine.test_preview import pytestmark as needs_the_cli

pytestmark = needs_the_cli


@pytest.mark.slow
def test_an_extended_stack_keeps_its_age_and_is_destroyed_without_its_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project, file = Project(tmp_path), tmp_path / "state" / STACKS / "dev.json"

    def up(hours: int) -> StackState:
        def live(config: dict[str, Any]) -> None:
            config["airflow:ephemeral"] = {"time_to_live_hours": hours}

        project.edit("dev", live)
        project.output("up", "--stack", "dev", "--yes", "--skip-preview")
        return parse_state("dev", file.read_bytes(), locked=False)

    project.output("stack", "init", "dev")
    first, later = up(72), up(96)
    assert (first.time_to_live_hours, later.time_to_live_hours) == (72, 96)
    assert first.created is not None
    assert first.created == later.created
    assert first.image == "apache/airflow:3.3.2"

    for name, value in project.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(StateNames, "backend_url", project.environment["PULUMI_BACKEND_URL"])
    destroy("dev", StateNames(account_id="", region=""))
    assert not file.exists()
