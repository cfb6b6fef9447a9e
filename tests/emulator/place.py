"""A state folder on which commands are run in processes of their own, so that they can be killed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from emulator import leftovers, realise
from emulator.journal import Journal
from emulator.machine import Machine
from emulator.paths import State
from emulator.programs import ERRAND
from offline import ROOT, plain
from tests.emulator.kills import until

UP = ("-m", "emulator", "up", "local")
UP_WITHOUT_SMOKE = ("-c", "from emulator import realise; realise.up(realise.machine_of('local'))")


class Place:
    """One stack `local` below `home`."""

    def __init__(self, home: Path) -> None:
        self.state = State("local", home)

    @property
    def machine(self) -> Machine:
        """As the next run finds it."""
        return realise.machine_of("local", home=self.state.home)

    def start(self, arguments: Sequence[str]) -> subprocess.Popen[str]:
        """Python with these arguments, its output kept."""
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env={**os.environ, "EMULATOR_HOME": str(self.state.home)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, command: str) -> str:
        """What the emulator's command printed; it has to succeed."""
        process = self.start(("-m", "emulator", command, "local"))
        output, _ = process.communicate()
        assert process.returncode == 0, output
        return output

    def killed_when(self, point: Callable[[], object], arguments: Sequence[str] = UP) -> None:
        """`make up`, killed with -9 as soon as it is at the point."""
        run = self.start(arguments)
        try:
            until(lambda: point() or run.poll() is not None)
            assert run.poll() is None, f"it ended before the point: {run.communicate()[0]}"
        finally:
            run.kill()
            # No communicate(): processes that it left behind hold the pipe.
            run.wait()

    def errands(self, word: str = "") -> list[int]:
        """What a run started and waits for, or a killed one left behind: those with the word on their command
        line."""
        found = leftovers.marked(f"{ERRAND}={self.state.root}")
        return [pid for pid in found if word in _command_line(pid)]

    def secrets(self) -> dict[str, str]:
        """Every generated value on record."""
        return {
            f"{entry.resource.urn} {key}": str(plain(value))
            for entry in Journal(self.state)
            if entry.done and entry.resource.type.startswith("random:")
            for key, value in entry.done.outputs.items()
        }

    def remove(self) -> None:
        """Leaves nothing behind, whatever a failed test left."""
        self.machine.supervisor.shutdown()
        leftovers.end(self.state)
        self.state.remove()


def _command_line(pid: int) -> str:
    try:
        return Path("/proc", str(pid), "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""
