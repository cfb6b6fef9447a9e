"""The policy pack in the hands of the real engine: what it lets pass, what it stops and what it says then."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.engine.project import Project
from tests.engine.test_preview import pytestmark as needs_the_cli
from tests.recorded import recorded

pytestmark = needs_the_cli


def judged(project: Project, *command: str) -> tuple[int, str]:
    """Exit code of a command with the policies, and all that it says."""
    done = project.run(*command, "--stack", "dev", "--policy-pack", "policies", "--color", "never")
    return done.returncode, done.stdout + done.stderr


def test_a_new_stack_passes_and_what_cannot_be_judged_yet_is_named(tmp_path: Path) -> None:
    new = Project(tmp_path)
    new.output("stack", "init", "dev")
    code, said = judged(new, "preview")
    assert code == 0, said
    assert "[mandatory]" not in said
    assert "Not judged before `up`, for lack of a value: " in said


def test_a_deployed_stack_is_judged_in_whole_and_its_waivers_hold(project: Project) -> None:
    code, said = judged(project, "preview")
    assert code == 0, said
    assert "✅ airflow@v1.0.0" in said
    assert "Not judged" not in said


@pytest.fixture(scope="module")
def refusal(project: Project) -> str:
    """What is said of a database in public, passwords in plain text and a waiver that has ended."""
    for file, right, wrong in (
        ("database_instance.py", "publicly_accessible = False", "publicly_accessible = True"),
        ("credentials.py", '"SecureString"', '"String"'),
    ):
        path = project.program / "components" / file
        path.write_text(path.read_text().replace(right, wrong))

    def end_a_waiver(config: dict[str, Any]) -> None:
        waivers = config["airflow:review"]["waivers"]
        next(waiver for waiver in waivers if waiver["policy"] == "RDS.6")["expires"] = "2020-01-31"

    project.edit("dev", end_a_waiver)
    before = project.state("dev")
    code, said = judged(project, "up", "--yes", "--diff")
    assert code != 0
    assert project.state("dev") == before
    return said


@pytest.mark.parametrize(
    "violation",
    [
        "RDS.2 (critical) database-instance: publiclyAccessible is True, wanted False. "
        "Leave publicly_accessible False",
        "AIRFLOW.30 (high) credentials-admin-password-parameter: type is 'String', wanted 'SecureString'. "
        "Make it a SecureString under our key",
    ],
)
def test_a_violation_stops_an_update_before_it_begins_with_number_resource_and_remedy(
    refusal: str, violation: str
) -> None:
    assert violation in refusal


def test_an_ended_waiver_waives_nothing_and_says_so(refusal: str) -> None:
    assert "RDS.6 (low) database-instance: " in refusal
    assert "AIRFLOW.1 (medium) RDS.6: its waiver ended on 2020-01-31: " in refusal
    assert "RDS.5" not in refusal


def test_no_secret_is_told_with_a_violation(refusal: str) -> None:
    """The engine has opened all secrets for the pack."""
    assert [secret for secret in recorded("dev").secrets() if secret in refusal] == []
