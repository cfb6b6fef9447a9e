"""The real engine over the untouched program: what it would do, what it keeps, what it refuses.

The providers answer from `offline`, so a value in the state is the one that `offline.record` knows.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from offline import record
from tests.engine.conftest import STACKS
from tests.engine.project import Project

PROGRAMS = ("pulumi", "pulumi-language-python")

pytestmark = [
    pytest.mark.pulumi_cli,
    pytest.mark.skipif(
        not all(map(shutil.which, PROGRAMS)), reason="`pulumi` with its Python language host is not on PATH"
    ),
]
each_stack = pytest.mark.parametrize("stack", STACKS)


def recorded(stack: str) -> set[str]:
    return {resource.urn for resource in record(stack).resources}


def test_a_preview_creates_what_is_recorded_offline(tmp_path: Path) -> None:
    new = Project(tmp_path)
    new.output("stack", "init", "prod")
    done, shown = new.planned("prod")
    assert done == dict.fromkeys(recorded("prod"), "create")
    # Of Pulumi.yaml and its options the CLI has nothing to say.
    said = [each["message"] for each in json.loads(shown)["diagnostics"]]
    assert [text for text in said if " from $PATH at " not in text] == []


@pytest.mark.parametrize(
    ("file", "right", "wrong", "problem"),
    [
        ("Pulumi.yaml", ">=3.200.0", ">=999.0.0", r"version range .?>=999\.0\.0"),
        (
            "stacks/Pulumi.dev.yaml",
            "airflow:network:",
            "airflow:net:",
            "missing configuration value 'network'",
        ),
    ],
)
def test_what_the_project_file_asks_for_is_checked_before_the_program_starts(
    tmp_path: Path, file: str, right: str, wrong: str, problem: str
) -> None:
    new = Project(tmp_path)
    new.output("stack", "init", "dev")
    path = new.program / file
    path.write_text(path.read_text().replace(right, wrong))
    refused = new.run("preview", "--stack", "dev")
    assert refused.returncode != 0
    assert re.search(problem, refused.stderr)
    assert "Traceback" not in refused.stdout + refused.stderr


@each_stack
def test_after_up_nothing_is_left_to_do(project: Project, stack: str) -> None:
    assert set(project.state(stack)) == recorded(stack)
    assert project.changes(stack) == {}


@each_stack
def test_no_secret_is_readable_in_state_or_outputs(project: Project, stack: str) -> None:
    readable = project.output("stack", "export", "--stack", stack)
    readable += project.output("stack", "output", "--stack", stack)
    assert [secret for secret in record(stack).secrets() if secret in readable] == []


def test_a_rotation_reaches_its_consumers_and_nothing_else(project: Project) -> None:
    def rotate(config: dict[str, Any]) -> None:
        config["airflow:secrets"]["rotations"]["jwt_secret"] = 2

    project.edit("dev", rotate)
    assert {urn.split("::")[-1]: change for urn, change in project.changes("dev").items()} == {
        "airflow-release": "update",
        "credentials-jwt-secret-1": "delete",
        "credentials-jwt-secret-2": "create",
        "credentials-jwt-secret-parameter": "update",
        "secrets-airflow-jwt-key": "update",
    }
    project.output("up", "--stack", "dev", "--yes", "--skip-preview")
    assert project.changes("dev") == {}


def test_destroy_is_refused_while_something_is_protected(project: Project) -> None:
    before = project.state("prod")
    protected = {resource.urn for resource in record("prod").resources if resource.protect}
    assert {urn for urn, resource in before.items() if resource.get("protect")} == protected != set()
    refused = project.run("destroy", "--stack", "prod", "--yes")
    assert refused.returncode != 0
    assert "protected" in refused.stdout + refused.stderr
    assert project.state("prod") == before


def test_destroy_removes_a_stack_that_protects_nothing(project: Project) -> None:
    project.output("destroy", "--stack", "dev", "--yes", "--skip-preview")
    assert project.state("dev") == {}
