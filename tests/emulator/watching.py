"""Looks at every command line of the machine again and again, as anybody with `ps` could."""

from __future__ import annotations

import threading
from pathlib import Path

PAUSE_SECONDS = 0.05
"""An interpreter takes about as long to start, so that no command is missed."""


class CommandLines:
    """What has been seen so far; begins at once and ends with `stop`."""

    def __init__(self) -> None:
        self.seen: set[bytes] = set()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def _look(self) -> None:
        while not self._over.wait(PAUSE_SECONDS):
            for entry in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    self.seen.add(entry.read_bytes())
                except OSError:  # it has ended
                    continue

    def stop(self) -> None:
        """Returns when the last look is over."""
        self._over.set()
        self._thread.join()

    def showing(self, secrets: set[str]) -> list[bytes]:
        """Those that held one of the secrets."""
        return [line for line in self.seen if any(secret.encode() in line for secret in secrets)]
