"""Loopback ports: chosen once, written down, kept for as long as they can be had."""

from __future__ import annotations

import json
import socket
import threading

from emulator.files import write_private
from emulator.paths import State

LOOPBACK = "127.0.0.1"
_CHOOSING = threading.Lock()


def is_free(port: int, kind: socket.SocketKind = socket.SOCK_STREAM) -> bool:
    """True if nobody listens on the loopback port now."""
    with socket.socket(socket.AF_INET, kind) as probe:
        # Without this a port whose last client left a minute ago would count as taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


class Ports:
    """`port(name)` answers the same number in every run of a stack."""

    def __init__(self, state: State) -> None:
        self._file = state.root / "ports.json"

    def known(self) -> dict[str, int]:
        """All ports given out so far, by name."""
        return json.loads(self._file.read_text()) if self._file.exists() else {}

    def port(self, name: str, *, prefer: int | None = None, running: bool = False) -> int:
        """The named port. A recorded one that a stranger took meanwhile is replaced, unless `running`
        says that the listener is our own; `prefer` is tried first when there is none yet."""
        with _CHOOSING:
            known = self.known()
            recorded = known.get(name)
            if recorded and (running or is_free(recorded)):
                return recorded
            known[name] = prefer if prefer and self._usable(prefer, known) else self._any(known)
            write_private(self._file, json.dumps(known, indent=1, sort_keys=True))
            return known[name]

    @staticmethod
    def _usable(port: int, known: dict[str, int]) -> bool:
        return port not in known.values() and is_free(port)

    @staticmethod
    def _any(known: dict[str, int]) -> int:
        while True:
            with socket.socket() as probe:
                probe.bind((LOOPBACK, 0))
                port = probe.getsockname()[1]
            if port not in known.values():
                return port
