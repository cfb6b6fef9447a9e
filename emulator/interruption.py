"""Ctrl-C: stop at once. Every step is recorded before and after, so that nothing has to be wound up."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

EXIT_CODE = 130
"""What a shell reports for a program that Ctrl-C ended."""


def children() -> list[int]:
    """Processes that this one started and waits for: Jobs and single commands, not the supervised ones."""
    if not Path("/proc/self/stat").exists():
        listing = subprocess.run(
            ["pgrep", "-P", str(os.getpid())], capture_output=True, text=True, check=False
        )
        return [int(pid) for pid in listing.stdout.split()]
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError, IndexError):
            # The second field is the program's name in brackets and may hold spaces.
            parent = (entry / "stat").read_text().rpartition(")")[2].split()[1]
            if int(parent) == os.getpid():
                found.append(int(entry.name))
    return found


def end_children() -> None:
    """Kills them, with their process groups where they have one of their own."""
    for pid in children():
        with contextlib.suppress(OSError):
            if os.getpgid(pid) == pid:
                os.killpg(pid, signal.SIGKILL)
            else:
                os.kill(pid, signal.SIGKILL)


def stop_at_once(farewell: Callable[[], None]) -> None:
    """From now on INT and TERM say goodbye and end this process without waiting for its threads."""

    def leave(number: int, frame: FrameType | None) -> None:
        end_children()
        farewell()
        sys.stdout.flush()
        os._exit(EXIT_CODE)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, leave)
