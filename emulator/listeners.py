"""Who listens on a loopback port: one of our own processes, or a stranger that was faster."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

_LISTENS = "0A"
"""TCP_LISTEN in the kernel's table."""


def held_by(port: int, group: int) -> bool | None:
    """True if the process group listens on the port, False if somebody else does, None if nobody does."""
    if not sys.platform.startswith("linux"):
        pids = [int(pid) for pid in _lsof(port)]
        return any(_group(pid) == group for pid in pids) if pids else None
    sockets = set(_sockets(port))
    if not sockets:
        return None
    members = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return any(sockets & _open(pid) for pid in members if _group(pid) == group)


def _group(pid: int) -> int:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return 0


def _sockets(port: int) -> Iterator[str]:
    """Listening sockets as `/proc/PID/fd` names them."""
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with contextlib.suppress(FileNotFoundError):  # a machine without IPv6
            for line in Path(table).read_text().splitlines()[1:]:
                _, local, _, state, *rest = line.split()
                if state == _LISTENS and int(local.rpartition(":")[2], 16) == port:
                    yield f"socket:[{rest[5]}]"


def _open(pid: int) -> set[str]:
    found = set()
    with contextlib.suppress(OSError):
        for descriptor in Path("/proc", str(pid), "fd").iterdir():
            with contextlib.suppress(OSError):
                found.add(os.readlink(descriptor))
    return found


def _lsof(port: int) -> list[str]:
    command = ["lsof", "-nP", "-t", f"-iTCP:{port}", "-sTCP:LISTEN"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.split()
