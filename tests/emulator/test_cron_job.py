"""A CronJob runs its container on its schedule and leaves when it leaves the program."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator import every
from emulator.backends.cron_job import CRON_JOB, CronJob, interval_seconds
from emulator.errors import EmulatorError
from emulator.launch import start_time
from emulator.machine import Machine
from offline.graph import Resource
from tests.emulator.airflow_fixtures import NAMESPACE, machine
from tests.emulator.kills import until

FOLDER = "/opt/airflow/sources/nightly"


def resource(script: str) -> Resource:
    container = {
        "name": "generate",
        "command": ["sh", "-c", script],
        "volumeMounts": [{"name": "dags", "mountPath": FOLDER}],
    }
    volume = {"name": "dags", "persistentVolumeClaim": {"claimName": "nightly"}}
    job = {"backoffLimit": 1, "template": {"spec": {"containers": [container], "volumes": [volume]}}}
    spec = {"schedule": "*/5 * * * *", "jobTemplate": {"spec": job}}
    inputs = {"metadata": {"name": "nightly", "namespace": NAMESPACE}, "spec": spec}
    return Resource(urn="urn:nightly", type=CRON_JOB, name="nightly", inputs=inputs)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    monkeypatch.setenv("EMULATOR_AIRFLOW", str(tmp_path / "airflow"))
    made = machine(tmp_path, tmp_path / "airflow")
    made.ports.port("aws")
    yield made
    made.supervisor.shutdown()


@pytest.mark.emulator
def test_it_writes_into_its_claim_on_schedule(here: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("emulator.backends.cron_job.interval_seconds", lambda schedule: 1)
    nightly = resource(f"echo run >> {FOLDER}/runs")
    CronJob(here).ensure(nightly, None)
    runs = here.state.claims / NAMESPACE / "nightly" / "runs"
    until(lambda: runs.exists() and len(runs.read_text().splitlines()) >= 2, 10)
    nightly = Resource(
        urn=nightly.urn,
        type=CRON_JOB,
        name="nightly",
        inputs=nightly.inputs,
        outputs=CronJob(here).ensure(nightly, nightly),
    )
    CronJob(here).delete(nightly)
    assert here.supervisor.status() == []


def test_schedules_that_divide_the_hour_are_known_and_others_refused() -> None:
    assert [interval_seconds(s) for s in ("*/1 * * * *", "*/30 * * * *", "0 * * * *")] == [60, 1800, 3600]
    for schedule in ("*/7 * * * *", "0 3 * * *"):
        with pytest.raises(EmulatorError, match="not emulated"):
            interval_seconds(schedule)


def test_a_failed_run_is_tried_again_as_often_as_it_says(tmp_path: Path) -> None:
    script = f"echo run >> {tmp_path}/runs; exit 1"
    assert not every.run(["sh", "-c", script], 1, 10)
    assert (tmp_path / "runs").read_text().splitlines() == ["run", "run"]


def test_a_run_ends_at_its_limit() -> None:
    begun = time.monotonic()
    assert not every.run(["sleep", "60"], 3, 0.2)
    assert time.monotonic() - begun < 5


def script(folder: Path) -> list[str]:
    """A shell that waits for a child, whose number it writes down."""
    return [
        "sh",
        "-c",
        f"sleep 60 & echo $! > {folder}/pid.new; mv {folder}/pid.new {folder}/pid; wait; true",
    ]


def gone(folder: Path) -> bool:
    """True if that child has ended, reaped or not."""
    return not start_time(int((folder / "pid").read_text()))


def test_what_a_run_started_ends_at_its_limit(tmp_path: Path) -> None:
    assert not every.run(script(tmp_path), 0, 2)
    until(lambda: gone(tmp_path), 5)


def test_what_a_run_leaves_behind_ends_with_it(tmp_path: Path) -> None:
    assert every.run([*script(tmp_path)[:2], script(tmp_path)[2].replace("wait;", "")], 0, 10)
    until(lambda: gone(tmp_path), 5)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGKILL, -signal.SIGKILL)])
def test_however_it_ends_its_command_ends_with_it(tmp_path: Path, number: int, code: int) -> None:
    process = subprocess.Popen([sys.executable, every.__file__, "2", "0", *script(tmp_path)])
    until((tmp_path / "pid").exists, 10)
    process.send_signal(number)
    assert process.wait(5) == code
    until(lambda: gone(tmp_path), 5)
