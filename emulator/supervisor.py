"""The stack's process keeper: one supervisord, asked over a private Unix socket."""

from __future__ import annotations

import contextlib
import http.client
import os
import subprocess
import sys
import threading
import time
import xmlrpc.client
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from supervisor.xmlrpc import SupervisorTransport

from emulator import keeper, leftovers, programs
from emulator.errors import EmulatorError
from emulator.files import write_private
from emulator.paths import State
from emulator.programs import Program

__all__ = ["Process", "Program", "Supervisor"]

RUNNING = "RUNNING"
ENDED = ("STOPPED", "EXITED", "FATAL", "UNKNOWN")
START_SECONDS = 60
"""A program that is neither running nor given up by then is reported as not starting."""


@dataclass(frozen=True)
class Process:
    """What `status` tells about one program."""

    name: str
    state: str
    pid: int
    """0 when it is not running."""
    started: float
    """Seconds since the epoch."""


class Supervisor:
    """Starts, restarts and stops the stack's programs. Safe to use from several threads."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._lock = threading.RLock()

    @property
    def _socket(self) -> str:
        return str(self._state.sockets / "supervisor.sock")

    def _call(self, method: str, *arguments: Any) -> Any:
        transport = SupervisorTransport(serverurl=f"unix://{self._socket}")
        try:
            with xmlrpc.client.ServerProxy("http://localhost", transport=transport) as server:
                return getattr(server.supervisor, method)(*arguments)
        finally:
            transport.close()

    @property
    def alive(self) -> bool:
        """True if supervisord answers, be it busy with stopping everything."""
        if not os.path.exists(self._socket):
            return False
        try:
            self._call("getState")
        except (OSError, http.client.HTTPException, xmlrpc.client.Error):
            return False
        return True

    def _start_daemon(self) -> None:
        if self.alive:
            return
        # A supervisord that was killed leaves its programs behind; they would hold ports and data folders.
        leftovers.end(self._state)
        configuration = self._state.root / "supervisord.conf"
        write_private(configuration, keeper.configuration(self._state))
        command = [sys.executable, "-m", "supervisor.supervisord", "-c", str(configuration)]
        done = subprocess.run(
            command,
            env=keeper.environment(self._state),
            cwd=self._state.root,
            umask=0o077,  # the keeper opens its own log before it reads its umask
            capture_output=True,
            text=True,
            check=False,
        )
        deadline = time.monotonic() + 15
        while not self.alive:
            if done.returncode or time.monotonic() > deadline:
                reason = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["no answer"]
                raise EmulatorError(f"the process keeper does not start: {reason[0]}")
            time.sleep(0.05)

    def as_wanted(self, owner: str, program: Program) -> bool:
        """True if it runs, and `apply` would let it run on."""
        return programs.written(self._state, owner, program) and self.running(program.name)

    def apply(self, owner: str, wanted: Sequence[Program]) -> list[str]:
        """Makes the owner's programs run as given and removes its others; returns what was (re)started.

        Programs whose description did not change keep running. Raises EmulatorError, with the last line of
        its log, when a program does not start.
        """
        with self._lock:
            self._start_daemon()
            for name in set(programs.owned(self._state, owner)) - {program.name for program in wanted}:
                programs.forget(self._state, name)
            for program in wanted:
                programs.write(self._state, owner, program)
            self._reload()
            started = [p.name for p in wanted if self._info(p.name)["statename"] in ENDED]
            for name in started:
                self._call("startProcess", name, False)
        for name in started:
            self._wait(name)
        return started

    def stop(self, owner: str) -> None:
        """Stops and removes every program of the owner; starts nothing."""
        with self._lock:
            for name in programs.owned(self._state, owner):
                programs.forget(self._state, name)
            if self.alive:
                self._reload()

    def _reload(self) -> None:
        added, changed, removed = self._call("reloadConfig")[0]
        self._halt([*changed, *removed])
        for name in [*changed, *removed]:
            self._call("removeProcessGroup", name)
        for name in [*added, *changed]:
            self._call("addProcessGroup", name)

    def _halt(self, names: Sequence[str]) -> None:
        """Stops programs side by side; each has its own time to end and is killed after it."""
        going = [name for name in names if self._info(name)["statename"] not in ENDED]
        for name in going:
            with contextlib.suppress(xmlrpc.client.Fault):  # it ended by itself a moment ago
                self._call("stopProcess", name, False)
        while any(self._info(name)["statename"] not in ENDED for name in going):
            time.sleep(0.05)

    def _info(self, name: str) -> dict[str, Any]:
        return self._call("getProcessInfo", name)

    def _wait(self, name: str) -> None:
        deadline = time.monotonic() + START_SECONDS
        while (info := self._info(name))["statename"] != RUNNING:
            if info["statename"] in ENDED or time.monotonic() > deadline:
                raise EmulatorError(f"{name} does not start: {self.last_line(name)} (make logs shows more)")
            time.sleep(0.1)

    def last_line(self, name: str) -> str:
        """The last thing that a program said, for error messages."""
        log = self._state.logs / f"{name}.log"
        text = log.read_bytes()[-4000:].decode(errors="replace").strip() if log.exists() else ""
        return text.splitlines()[-1] if text else "it said nothing"

    def restart(self, name: str) -> None:
        """Restarts one program, for settings that it reads only at its start."""
        with self._lock:
            self._call("stopProcess", name)
            self._call("startProcess", name, False)
        self._wait(name)

    def pid(self, name: str) -> int:
        """The program's process; 0 when it is not running."""
        return next((p.pid for p in self.status() if p.name == name), 0)

    def running(self, name: str) -> bool:
        """True if the program is known and running now."""
        return any(p.name == name and p.state == RUNNING for p in self.status())

    def status(self) -> list[Process]:
        """All programs by name; empty when the stack is down."""
        if not self.alive:
            return []
        return [
            Process(i["name"], i["statename"], i["pid"], float(i["start"]))
            for i in sorted(self._call("getAllProcessInfo"), key=lambda i: i["name"])
        ]

    def shutdown(self) -> None:
        """Stops everything, the keeper last; returns when no process of the stack is left."""
        with self._lock:
            known = leftovers.known(self._state)
            if self.alive:
                running = {process.name for process in self.status() if process.state not in ENDED}
                for names in programs.by_priority(self._state):
                    self._halt([name for name in names if name in running])
                self._call("shutdown")
                while self.alive:
                    time.sleep(0.05)
            leftovers.end(self._state, known)
