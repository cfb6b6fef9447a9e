"""Finds and ends processes of a stack that nobody keeps any more (their keeper was killed).

Two traces lead to them. Every process inherits the stack's marker in its environment; but servers that set
their own title (Redis, Celery, uvicorn) overwrite the memory that shows it. So each supervised program also
leaves its number behind when it starts (`launch.py`), and all of its process group belongs to it.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from emulator.launch import start_time
from emulator.paths import State
from emulator.programs import ERRAND, MARKER

GRACE_SECONDS = 10
_LINUX = sys.platform.startswith("linux")


def find(state: State) -> list[int]:
    """Processes of this stack by pid, the calling one left out."""
    return sorted({*marked(f"{MARKER}={state.root}"), *_grouped(_leaders(state))} - {os.getpid()})


def marked(marker: str) -> Iterator[int]:
    """Processes with this `NAME=value` in their environment."""
    if not _LINUX:
        for words in _ps("-axEww", "-o", "pid=,command="):
            if marker in words[1:]:
                yield int(words[0])
        return
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                if marker.encode() in (entry / "environ").read_bytes().split(b"\0"):
                    yield int(entry.name)


def _leaders(state: State) -> set[int]:
    """Process groups of the supervised programs; a number that went to somebody else since is left out."""
    found = set()
    for file in (state.root / "programs").glob("*.pid"):
        pid, _, started = file.read_text().partition(" ")
        if pid.isdigit() and started == start_time(int(pid)):
            found.add(int(pid))
    return found


def _grouped(leaders: set[int]) -> Iterator[int]:
    if not leaders:
        return
    if not _LINUX:
        yield from (int(pid) for pid, group in _ps("-axo", "pid=,pgid=") if int(group) in leaders)
        return
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                if os.getpgid(int(entry.name)) in leaders:
                    yield int(entry.name)


def _ps(*arguments: str) -> list[list[str]]:
    listing = subprocess.run(["ps", *arguments], capture_output=True, text=True, check=False).stdout
    return [line.split() for line in listing.splitlines() if line.strip()]


def known(state: State) -> dict[int, str]:
    """`find` with the time at which each began, to recognise it later."""
    return {pid: began for pid in find(state) if (began := start_time(pid))}


def end(state: State, also: Mapping[int, str] | None = None) -> list[int]:
    """Asks them to end, kills what is left after the grace; returns the pids that were found.

    `also` is what `known` said earlier: a process whose group lost its leader since is found by it alone.
    """
    return _end({**(also or {}), **known(state)})


def end_errands(state: State) -> list[int]:
    """The same for what a killed run started and cannot wait for any more, such as its migration Job: a
    second one must not work beside it. Supervised programs go on."""
    found = marked(f"{ERRAND}={state.root}")
    return _end({pid: began for pid in found if (began := start_time(pid))})


def _end(processes: Mapping[int, str]) -> list[int]:
    found = [pid for pid, began in processes.items() if start_time(pid) == began]
    _signal(found, signal.SIGTERM)
    _wait(processes)
    _signal([pid for pid, began in processes.items() if start_time(pid) == began], signal.SIGKILL)
    _wait(processes)
    return found


def _wait(processes: Mapping[int, str]) -> None:
    deadline = time.monotonic() + GRACE_SECONDS
    while any(start_time(pid) == began for pid, began in processes.items()) and time.monotonic() < deadline:
        time.sleep(0.05)


def _signal(pids: list[int], number: int) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
