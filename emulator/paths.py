"""Where one emulated stack keeps its things: a folder that only its owner can open."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TextIO

from emulator.errors import EmulatorError
from emulator.files import private_folder, remove

HOME = Path(os.environ.get("EMULATOR_HOME") or Path(__file__).resolve().parent.parent / ".emulator")
"""Where the stacks' folders lie; EMULATOR_HOME names another disk."""

# sockaddr_un.sun_path holds 107 bytes and a zero on Linux, 103 on macOS; Postgres appends
# `/postgres/.s.PGSQL.65535.lock` (supervisord `/supervisor.sock.12345`) to the folder.
LONGEST_SOCKET_FOLDER = 103 - len("/postgres/.s.PGSQL.65535.lock")


class State:
    """The folders of one stack. Making a State touches nothing; the folders appear when first asked for."""

    def __init__(self, stack: str, home: Path | None = None) -> None:
        self.stack = stack
        self.home = (home or HOME).absolute()
        self.root = self.home / stack

    def folder(self, *names: str) -> Path:
        """`root/names...`, made if missing, mode 0700."""
        return private_folder(self.root.joinpath(*names))

    @property
    def kubernetes(self) -> Path:
        """`<namespace>/<Kind>/<name>`: a Secret is a folder of files, so is a ConfigMap."""
        return self.folder("kubernetes")

    @property
    def logs(self) -> Path:
        """`<program>.log` of every supervised process."""
        return self.folder("logs")

    @property
    def pods(self) -> Path:
        """`<pod>/` stands for the root of a container's file system."""
        return self.folder("pods")

    @property
    def claims(self) -> Path:
        """`<namespace>/<name>/`: the files of a persistent volume claim."""
        return self.folder("claims")

    @property
    def aws(self) -> Path:
        """What the AWS server keeps: the requests that changed something, and the key that it asks for."""
        return self.folder("aws")

    @property
    def certificates(self) -> Path:
        """The certification authority of this stack and the server certificates that it signed."""
        return self.folder("certificates")

    @property
    def resources(self) -> Path:
        """The journal: one file per resource that was made real."""
        return self.folder("resources")

    @property
    def programs(self) -> Path:
        """What the supervised processes run, with their environment (may hold secrets)."""
        return self.folder("programs")

    @property
    def _sockets(self) -> Path:
        inside = self.root / "run"
        if len(os.fsencode(inside)) <= LONGEST_SOCKET_FOLDER:
            return inside
        digest = hashlib.sha256(os.fsencode(self.root)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"emulator-{os.getuid()}-{digest}"

    @cached_property
    def sockets(self) -> Path:
        """For Unix sockets: inside the state where the path is short enough, else in the temporary folder."""
        path = private_folder(self._sockets)
        facts = path.lstat()
        # Anybody may have made a folder of that name in a shared temporary folder first.
        if facts.st_uid != os.getuid() or facts.st_mode & 0o077 or path.is_symlink():
            raise EmulatorError(f"{path} exists and is not private to this user; remove it and try again.")
        return path

    @property
    def exists(self) -> bool:
        """True if the stack was ever brought up here (and not cleaned since)."""
        return self.root.is_dir()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """One run at a time. The lock lies beside the folder, so that cleaning does not lift it.

        It goes with its process, however that ends; the number inside is for whoever has to wait.
        """
        private_folder(self.home)
        with open(self._lock, "a+", opener=_private_opener) as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise EmulatorError(self._busy(file)) from None
            with contextlib.suppress(OSError):  # a full disk must not keep anybody from stopping the stack
                os.ftruncate(file.fileno(), 0)
                os.write(file.fileno(), f"{os.getpid()}".encode())
            yield

    @property
    def _lock(self) -> Path:
        return self.home / f"{self.stack}.lock"

    def _busy(self, file: TextIO) -> str:
        file.seek(0)
        pid = file.read()
        who, end = (f"process {pid}", f", or end it with `kill {pid}`") if pid else ("another run", "")
        return f"{who} works on stack {self.stack}; wait for it{end}, and try again."

    def remove(self) -> None:
        """Removes everything that this stack left on the machine."""
        remove(self._sockets)
        remove(self.root)
        remove(self._lock)


def _private_opener(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
