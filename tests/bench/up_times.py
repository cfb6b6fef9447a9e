"""How long `make up` takes: from nothing, after a stop, and when nothing changed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from offline import ROOT
from tests.bench.report import Measure, timed

STACK = "local"


def emulator(command: str, home: Path) -> None:
    """What `make COMMAND` runs, with a state of its own; raises CalledProcessError if it fails."""
    environment = {**os.environ, "EMULATOR_HOME": str(home)}
    arguments = [sys.executable, "-m", "emulator", command, STACK]
    subprocess.run(arguments, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)


def measure(runs: int, home: Path) -> Iterator[Measure]:
    """Leaves the stack running."""
    cold, warm = [], []
    for _ in range(runs):
        emulator("clean", home)
        cold += timed("`make up` from nothing", lambda: emulator("up", home), 1).seconds
    for _ in range(runs):
        emulator("down", home)
        warm += timed("`make up` of a stopped stack", lambda: emulator("up", home), 1).seconds
    yield Measure("`make up` from nothing", cold)
    yield Measure("`make up` of a stopped stack", warm)
    yield timed("`make up`, unchanged", lambda: emulator("up", home), runs)
