"""A Job is run once, awaited, tried again, and ended at its deadline."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from emulator.backends import job
from emulator.backends.job import JOB, Job
from emulator.errors import EmulatorError
from emulator.machine import Machine
from offline.graph import Resource
from tests.emulator.airflow_fixtures import NAMESPACE, machine


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    monkeypatch.setenv("EMULATOR_AIRFLOW", str(tmp_path / "airflow"))
    monkeypatch.setattr(job, "FIRST_PAUSE_SECONDS", 0.01)
    made = machine(tmp_path, tmp_path / "airflow")
    made.ports.port("aws")
    return made


def resource(script: str, **spec: Any) -> Resource:
    reference = {"secretKeyRef": {"name": "api-key", "key": "api-secret-key"}}
    container = {
        "name": "run",
        "args": ["bash", "-c", script],
        "env": [{"name": "PASSWORD", "valueFrom": reference}],
    }
    template = {"spec": {"containers": [container], "restartPolicy": "Never"}}
    inputs = {
        "metadata": {"name": "once", "namespace": NAMESPACE},
        "spec": {"backoffLimit": 0, **spec, "template": template},
    }
    return Resource(urn="urn:once", type=JOB, name="once", inputs=inputs)


def runs(here: Machine) -> int:
    return len((here.state.root / "runs").read_text().splitlines())


def counted(here: Machine, script: str) -> str:
    return f"echo run >> {here.state.root}/runs; {script}"


def test_a_job_that_succeeded_is_not_run_again(here: Machine) -> None:
    once = resource(counted(here, "true"))
    Job(here).ensure(once, None)
    Job(here).ensure(once, once)
    assert runs(here) == 1


def test_a_job_is_run_again_with_other_packages(here: Machine, tmp_path: Path) -> None:
    once = resource(counted(here, "true"))
    stamped = tmp_path / "airflow" / ".stamp"
    for expected, pins in enumerate(("first", "second"), start=1):
        stamped.write_text(pins)
        once = replace(once, outputs=Job(here).ensure(once, once))
        Job(here).ensure(once, once)
        assert runs(here) == expected


def test_a_failed_job_is_tried_as_often_as_it_says(here: Machine) -> None:
    with pytest.raises(EmulatorError, match="failed 3 times"):
        Job(here).ensure(resource(counted(here, "exit 1"), backoffLimit=2), None)
    assert runs(here) == 3


def test_a_failure_shows_the_last_lines(here: Machine) -> None:
    with pytest.raises(EmulatorError, match="the reason"):
        Job(here).ensure(resource("echo the reason; exit 3"), None)


def test_a_job_is_ended_at_its_deadline(here: Machine) -> None:
    with pytest.raises(EmulatorError, match="deadline"):
        Job(here).ensure(resource("sleep 60", activeDeadlineSeconds=1), None)


def test_a_job_reads_its_secret_from_its_environment(here: Machine) -> None:
    Job(here).ensure(resource(f'printf %s "$PASSWORD" > {here.state.root}/seen'), None)
    assert (here.state.root / "seen").read_text() == "api-key-text"


def test_the_log_is_private_and_kept(here: Machine) -> None:
    Job(here).ensure(resource("echo done"), None)
    log = here.state.logs / "once.log"
    assert (log.read_text(), log.stat().st_mode & 0o777) == ("done\n", 0o600)


def with_first(script: str, first: str, **spec: Any) -> Resource:
    """A Job whose init container runs `first`."""
    job_ = resource(script, **spec)
    job_.inputs["spec"]["template"]["spec"]["initContainers"] = [
        {"name": "first", "args": ["bash", "-c", first]}
    ]
    return job_


def test_init_containers_run_first_and_see_their_own_environment_alone(here: Machine) -> None:
    seen = here.state.root / "seen"
    first = f'echo "first ${{PASSWORD:-none}}" >> {seen}'
    Job(here).ensure(with_first(f"echo second >> {seen}", first), None)
    assert seen.read_text().splitlines() == ["first none", "second"]


def test_nothing_runs_after_an_init_container_that_failed_and_a_retry_begins_with_it(here: Machine) -> None:
    with pytest.raises(EmulatorError, match="failed 2 times"):
        Job(here).ensure(with_first("true", counted(here, "exit 1"), backoffLimit=1), None)
    assert runs(here) == 2
    failing = with_first(f"touch {here.state.root}/reached", "exit 1")
    with pytest.raises(EmulatorError, match="failed 1 times"):
        Job(here).ensure(failing, None)
    assert not (here.state.root / "reached").exists()
