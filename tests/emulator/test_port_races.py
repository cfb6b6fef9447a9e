"""A stranger takes a port between its choice and the server's start."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from emulator import ports
from emulator.backends.aws import Aws
from emulator.errors import EmulatorError
from emulator.listeners import held_by
from emulator.machine import Machine
from emulator.programs import Program
from tests.emulator.kills import until

pytestmark = pytest.mark.emulator


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A port that a stranger holds, and that seemed free when it was chosen and once more at the start."""
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", 0))
        stranger.listen()
        port, real = stranger.getsockname()[1], ports.is_free
        lies = [True, True]
        monkeypatch.setattr(
            ports, "is_free", lambda number: (number == port and lies and lies.pop()) or real(number)
        )
        yield port


def serving(machine: Machine, command: list[str], start_seconds: int = 2) -> int:
    """Starts a server of one program as the back ends do; returns its port."""

    def start(port: int) -> int:
        arguments = [*command, str(port)]
        program = Program(name="web", command=arguments, start_retries=0, start_seconds=start_seconds)
        machine.supervisor.apply("web", [program])
        return port

    return machine.serve("web", start)


def test_the_server_gets_another_port(fresh: Machine, taken: int) -> None:
    fresh.ports.port("web", prefer=taken)
    port = serving(fresh, [sys.executable, "-m", "http.server", "--bind", "127.0.0.1"])
    assert port != taken
    assert fresh.ports.known()["web"] == port
    assert held_by(port, fresh.supervisor.pid("web"))


def test_a_server_that_is_still_starting_keeps_its_port(fresh: Machine) -> None:
    """A run that was killed leaves one behind; clients would be sent to a port where nobody listens."""
    command = [sys.executable, "-m", "http.server", "--bind", "127.0.0.1"]
    with ThreadPoolExecutor(1) as killed:
        first = killed.submit(serving, fresh, command, start_seconds=6)
        until(lambda: (port := fresh.ports.known().get("web")) and held_by(port, fresh.supervisor.pid("web")))
        assert not fresh.supervisor.running("web")
        assert serving(fresh, command, start_seconds=6) == first.result()


def test_a_server_that_fails_for_another_reason_is_not_tried_again(fresh: Machine) -> None:
    with pytest.raises(EmulatorError, match="no such thing"):
        serving(fresh, ["sh", "-c", "echo no such thing; echo . >> count; exit 1"])
    assert (fresh.state.root / "count").read_text() == ".\n"


def test_a_stranger_is_not_taken_for_the_aws_server(fresh: Machine, taken: int) -> None:
    fresh.ports.port("aws", prefer=taken)
    Aws(fresh).clients()
    assert fresh.ports.known()["aws"] != taken


def test_who_listens_is_told_apart() -> None:
    with socket.socket() as mine:
        mine.bind(("127.0.0.1", 0))
        port = mine.getsockname()[1]
        assert held_by(port, os.getpgrp()) is None
        mine.listen()
        assert held_by(port, os.getpgrp()) is True
        assert held_by(port, 1) is False
