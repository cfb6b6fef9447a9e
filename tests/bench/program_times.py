"""How long the program of each stack takes, without engine and servers."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import offline
from offline import ROOT
from tests.bench.report import Measure, timed


def measure(runs: int) -> Iterator[Measure]:
    """Each stack in this process, when all is imported; one in a process of its own."""
    for stack in offline.stack_names():
        offline.record(stack)
        yield timed(f"`{stack}` recorded, warm", lambda stack=stack: offline.record(stack), max(runs, 5))
    command = [sys.executable, "-m", "offline", "prod", "--json"]
    yield timed(
        "`prod` recorded, with interpreter and imports",
        lambda: subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL),
        runs,
    )
