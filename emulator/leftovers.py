"""Finds and ends processes of a stack that nobody keeps any more (their keeper was killed)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from emulator.paths import State
from emulator.programs import MARKER

GRACE_SECONDS = 10


def _environment(pid: str) -> bytes:
    try:
        return Path("/proc", pid, "environ").read_bytes()
    except OSError:
        return b""


def find(state: State) -> list[int]:
    """Processes that carry this stack's marker in their environment, by pid."""
    marker = f"{MARKER}={state.root}"
    if sys.platform.startswith("linux"):
        pids = (entry.name for entry in Path("/proc").iterdir() if entry.name.isdigit())
        found = [int(pid) for pid in pids if marker.encode() in _environment(pid).split(b"\0")]
    else:
        command = ["ps", "-axEww", "-o", "pid=,command="]
        listing = subprocess.run(command, capture_output=True, text=True, check=False).stdout
        lines = [line.split() for line in listing.splitlines()]
        found = [int(words[0]) for words in lines if marker in words[1:]]
    return [pid for pid in found if pid != os.getpid()]


def end(state: State) -> list[int]:
    """Asks them to end, then kills what is left after the grace; returns the pids that were found."""
    found = find(state)
    _signal(found, signal.SIGTERM)
    deadline = time.monotonic() + GRACE_SECONDS
    while (left := find(state)) and time.monotonic() < deadline:
        time.sleep(0.1)
    _signal(left, signal.SIGKILL)
    while find(state) and time.monotonic() < deadline + GRACE_SECONDS:
        time.sleep(0.1)
    return found


def _signal(pids: list[int], number: int) -> None:
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue
