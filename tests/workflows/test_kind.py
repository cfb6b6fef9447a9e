"""The cluster of the workflow: always deleted, of the Kubernetes and with the image that the code means."""

from __future__ import annotations

import re
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from components.lookup_checks import NEWEST_KUBERNETES
from tests.kind.cluster import NAME, NODE
from tests.kind.stack import IMAGE
from tests.test_layers import imports
from tests.workflows.files import FOLDER, ROOT, read

WORKFLOW: dict[str, Any] = read(FOLDER / "workflows" / "kind.yaml")
STEPS: list[dict[str, Any]] = WORKFLOW["jobs"]["up"]["steps"]
LOGS = "failure() || cancelled()"


def position(command: str) -> int:
    (found,) = (number for number, step in enumerate(STEPS) if command in step.get("run", ""))
    return found


def test_the_last_step_deletes_the_cluster_whatever_happened() -> None:
    """With kind alone: also when the Python environment could not be made."""
    assert STEPS[-1] == {"if": "always()", "run": f"kind delete cluster --name {NAME}"}


def test_logs_are_read_after_a_failure_and_while_the_cluster_lives() -> None:
    collect = position("tests.kind logs")
    assert position("tests.kind up") < collect < len(STEPS) - 1
    assert STEPS[collect]["if"] == LOGS
    (uploaded,) = (step for step in STEPS if "upload-artifact" in step.get("uses", ""))
    assert uploaded["if"] == LOGS
    assert STEPS[collect]["run"].split()[-1] == uploaded["with"]["path"]


def test_every_other_step_stops_the_run_when_it_fails() -> None:
    others = [step for step in STEPS if step.get("if") not in (LOGS, "always()")]
    assert [step for step in others if "if" in step or "continue-on-error" in step] == []


def test_the_image_that_is_deployed_is_the_one_that_was_built() -> None:
    built = STEPS[position("docker build")]["run"]
    assert f"--tag {IMAGE} " in built
    assert position("docker build") < position("tests.kind up")


def test_the_cluster_is_the_newest_that_airflow_is_tested_with() -> None:
    assert re.findall(r":v(\d+\.\d+)\.", NODE) == [NEWEST_KUBERNETES]


def test_it_runs_for_changes_of_what_it_proves_and_every_night() -> None:
    on = WORKFLOW["on"]
    assert set(on) == {"pull_request", "push", "schedule", "workflow_dispatch"}
    assert on["pull_request"]["paths"] == on["push"]["paths"]
    assert {"__main__.py", "components/**", "stacks/**", "image/**", "tests/kind/**"} <= set(
        on["push"]["paths"]
    )


def test_a_strangers_code_finds_nothing_worth_taking() -> None:
    assert WORKFLOW["jobs"]["up"]["permissions"] == {"contents": "read"}
    assert "secrets." not in (FOLDER / "workflows" / "kind.yaml").read_text()


def reached(path: Path, seen: set[Path]) -> set[Path]:
    """The project's files that a module imports, and what they import."""
    for name in imports(path):
        for end in (name, name.rpartition(".")[0]):
            for file in (ROOT / f"{end.replace('.', '/')}.py", ROOT / end.replace(".", "/") / "__init__.py"):
                if end and file.is_file() and file not in seen:
                    seen.add(file)
                    reached(file, seen)
    return seen


def test_what_the_run_imports_starts_it() -> None:
    patterns = WORKFLOW["on"]["push"]["paths"]
    modules = sorted((ROOT / "tests" / "kind").glob("*.py"))
    started = [path for path in modules if not path.name.startswith(("test_", "conftest"))]
    found = {str(f.relative_to(ROOT)) for path in started for f in reached(path, set())}
    found |= {"__main__.py", "Pulumi.yaml"}
    missed = {name for name in found if not any(fnmatch(name, pattern) for pattern in patterns)}
    assert missed - {"tests/__init__.py"} == set()
    assert {"operations/port_forward.py", "emulator/certificates.py"} <= found
