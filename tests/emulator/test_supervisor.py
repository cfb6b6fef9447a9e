"""The process keeper, with real processes."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from emulator import leftovers
from emulator.errors import EmulatorError
from emulator.files import write_private
from emulator.launch import start_time
from emulator.machine import Machine
from emulator.supervisor import Program, Supervisor
from tests.emulator.kills import until

pytestmark = pytest.mark.emulator

TRICKY = "a'b\"c%d%(ENV_X)s ;e\nf\\g=ä"


def sleeper(name: str, seconds: int = 1000, **environment: str) -> Program:
    return Program(name=name, command=["sleep", str(seconds)], environment=environment)


def pids(machine: Machine) -> dict[str, int]:
    return {process.name: process.pid for process in machine.supervisor.status()}


def test_the_same_programs_again_restart_nothing(fresh: Machine) -> None:
    assert fresh.supervisor.apply("a", [sleeper("one"), sleeper("two")]) == ["one", "two"]
    before = pids(fresh)
    assert fresh.supervisor.apply("a", [sleeper("one"), sleeper("two")]) == []
    assert pids(fresh) == before


def test_only_the_changed_program_restarts(fresh: Machine) -> None:
    fresh.supervisor.apply("a", [sleeper("one"), sleeper("two")])
    before = pids(fresh)
    assert fresh.supervisor.apply("a", [sleeper("one", TOKEN="new"), sleeper("two")]) == ["one"]
    assert pids(fresh)["two"] == before["two"]
    assert pids(fresh)["one"] != before["one"]


def test_an_owner_removes_its_own_programs_only(fresh: Machine) -> None:
    fresh.supervisor.apply("a", [sleeper("one"), sleeper("two")])
    fresh.supervisor.apply("b", [sleeper("three")])
    fresh.supervisor.apply("a", [sleeper("two")])
    assert set(pids(fresh)) == {"two", "three"}
    fresh.supervisor.stop("b")
    assert set(pids(fresh)) == {"two"}


def test_any_value_reaches_the_program_as_it_is_and_no_command_line(fresh: Machine, tmp_path: Path) -> None:
    out = tmp_path / "out"
    script = f"printf %s \"$VALUE\" > '{out}'; exec sleep 1000"
    program = Program(name="one", command=["sh", "-c", script], environment={"VALUE": TRICKY})
    fresh.supervisor.apply("a", [program])
    assert out.read_text() == TRICKY
    assert TRICKY.encode() not in Path("/proc", str(pids(fresh)["one"]), "cmdline").read_bytes()


def test_nothing_of_the_callers_environment_is_inherited(
    fresh: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW__CORE__EXECUTOR", "leaked")
    fresh.supervisor.apply("a", [sleeper("one")])
    environment = Path("/proc", str(pids(fresh)["one"]), "environ").read_bytes()
    assert b"leaked" not in environment
    assert b"SUPERVISOR" not in environment


def test_files_of_programs_are_private(fresh: Machine) -> None:
    fresh.supervisor.apply("a", [sleeper("one", TOKEN="x")])
    files = [
        *fresh.state.programs.iterdir(),
        *fresh.state.logs.iterdir(),
        fresh.state.root / "supervisord.conf",
    ]
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}


def test_a_program_that_does_not_start_is_named_with_its_last_words(fresh: Machine) -> None:
    program = Program(name="one", command=["sh", "-c", "echo no space; exit 3"], start_retries=0)
    with pytest.raises(EmulatorError, match="one does not start: no space"):
        fresh.supervisor.apply("a", [program])


def test_a_program_that_dies_is_started_again(fresh: Machine) -> None:
    fresh.supervisor.apply("a", [sleeper("one")])
    before = pids(fresh)["one"]
    os.kill(before, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while pids(fresh)["one"] in (0, before) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert pids(fresh)["one"] not in (0, before)


def test_what_outlived_a_killed_program_is_ended_before_it_starts_again(
    fresh: Machine, tmp_path: Path
) -> None:
    script = f"env -i sleep 1000 & echo $! >> '{tmp_path}/orphans'; wait"
    fresh.supervisor.apply("a", [Program(name="one", command=["sh", "-c", script])])
    orphan = int((tmp_path / "orphans").read_text())
    os.kill(pids(fresh)["one"], signal.SIGKILL)
    until(lambda: not start_time(orphan), 10)
    until(lambda: len((tmp_path / "orphans").read_text().splitlines()) == 2, 10)


def test_nothing_is_left_after_the_shutdown_even_in_another_session(fresh: Machine) -> None:
    script = "setsid sleep 1000 & exec sleep 1000"
    fresh.supervisor.apply("a", [Program(name="one", command=["sh", "-c", script])])
    assert len(leftovers.find(fresh.state)) >= 3
    fresh.supervisor.shutdown()
    assert leftovers.find(fresh.state) == []


def test_a_killed_keeper_is_replaced_and_its_orphans_are_ended(fresh: Machine) -> None:
    fresh.supervisor.apply("a", [sleeper("one")])
    orphan = pids(fresh)["one"]
    os.kill(int((fresh.state.sockets / "supervisord.pid").read_text()), signal.SIGKILL)
    time.sleep(0.1)
    assert Supervisor(fresh.state).apply("a", [sleeper("one")]) == ["one"]
    assert pids(fresh)["one"] != orphan
    assert orphan not in leftovers.find(fresh.state)


def test_orphans_that_overwrote_their_environment_are_found_too(fresh: Machine) -> None:
    hide = "env -i sleep 1000 & exec env -i sleep 1000"
    fresh.supervisor.apply("a", [Program(name="one", command=["sh", "-c", hide])])
    orphan = pids(fresh)["one"]
    os.kill(int((fresh.state.sockets / "supervisord.pid").read_text()), signal.SIGKILL)
    time.sleep(0.1)
    assert len(leftovers.find(fresh.state)) == 2
    assert orphan in leftovers.find(fresh.state)
    fresh.supervisor.shutdown()
    assert leftovers.find(fresh.state) == []


def test_what_outlives_the_leader_of_its_group_is_ended(
    fresh: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leftovers, "GRACE_SECONDS", 0.5)
    hide = "trap 'exit 0' TERM; env -i sh -c \"trap '' TERM; sleep 1000\" & wait"
    fresh.supervisor.apply("a", [Program(name="one", command=["sh", "-c", hide])])
    before = leftovers.known(fresh.state)
    fresh.supervisor.shutdown()
    assert not [pid for pid, began in before.items() if start_time(pid) == began]


def test_a_number_that_went_to_another_process_is_left_alone(fresh: Machine) -> None:
    write_private(fresh.state.programs / "one.pid", f"{os.getppid()} 1")
    assert leftovers.find(fresh.state) == []


def test_programs_with_a_low_priority_number_stop_last(fresh: Machine, tmp_path: Path) -> None:
    out = tmp_path / "out"
    script = "trap 'sleep 0.2; echo {0} >> {1}; exit 0' TERM; while :; do sleep 0.05; done"
    for name, priority in (("database", 10), ("airflow", 999)):
        command = ["sh", "-c", script.format(name, out)]
        fresh.supervisor.apply(name, [Program(name=name, command=command, priority=priority)])
    fresh.supervisor.shutdown()
    assert out.read_text().split() == ["airflow", "database"]


def test_all_tests_with_servers_run_in_one_worker(request: pytest.FixtureRequest) -> None:
    """A pytest that does not fit pytest-xdist groups nothing, silently; then stacks fight for ports."""
    if request.config.getoption("loadgroup", False):
        assert request.node.nodeid.endswith("@emulator")
