"""Waits until the processes of a Release work, by Airflow's own health report."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from emulator.errors import EmulatorError
from emulator.listeners import held_by
from emulator.ports import LOOPBACK
from emulator.supervisor import Supervisor

LIMIT_SECONDS = 240
LOG_LINES = 12
STARTS = 2
"""One end may have a passing reason; a component that ends a second time will not live."""
_PAUSE_SECONDS = 0.25
_ENDED = ("FATAL", "EXITED", "STOPPED", "UNKNOWN")

REPORTED: Mapping[str, tuple[str, str]] = {
    "scheduler": ("scheduler", "latest_scheduler_heartbeat"),
    "dag-processor": ("dag_processor", "latest_dag_processor_heartbeat"),
    "triggerer": ("triggerer", "latest_triggerer_heartbeat"),
}
"""Component -> its entry in the health report and the time of its last sign of life."""

_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True, kw_only=True)
class Started:
    """What is waited for."""

    api_port: int
    health_path: str
    programs: Mapping[str, str]
    """Component -> program."""
    restarted: Collection[str]
    """Programs that were started just now: a sign of life from before does not count for them."""
    since: datetime
    log_offsets: Mapping[str, int]
    """Program -> length of its log before it was started."""
    logs: Path


def tail(log: Path, lines: int = LOG_LINES) -> str:
    """The last lines of a log file."""
    text = log.read_bytes()[-20_000:].decode(errors="replace") if log.exists() else ""
    return "\n".join(text.strip().splitlines()[-lines:]) or "(its log is empty)"


def _report(url: str) -> dict[str, Any]:
    """Airflow's health report; empty while the API server does not answer."""
    try:
        with _opener.open(url, timeout=10) as response:
            return json.loads(response.read())
    except (OSError, ValueError):
        return {}


def _lives(report: Mapping[str, Any], component: str, after: datetime | None) -> bool:
    key, beat = REPORTED[component]
    entry = report.get(key) or {}
    if entry.get("status") != "healthy":
        return False
    return after is None or (bool(entry.get(beat)) and datetime.fromisoformat(entry[beat]) >= after)


def _worker_listens(wanted: Started, program: str) -> bool:
    """Celery says once that it consumes its queues; the health report does not know workers."""
    log = wanted.logs / f"{program}.log"
    if program not in wanted.restarted:
        return True
    if not log.exists():
        return False
    offset = wanted.log_offsets.get(program, 0)
    content = log.read_bytes()
    # Shorter than before: the log was rotated meanwhile.
    return b" ready." in (content[offset:] if len(content) >= offset else content)


def waiting(wanted: Started) -> list[str]:
    """The components that do not work yet."""
    report = _report(f"http://{LOOPBACK}:{wanted.api_port}{wanted.health_path}")
    if not report:
        return ["api-server"]
    found = [] if (report.get("metadatabase") or {}).get("status") == "healthy" else ["api-server"]
    for component, program in wanted.programs.items():
        after = wanted.since if program in wanted.restarted else None
        if component in REPORTED and not _lives(report, component, after):
            found.append(component)
        if component == "worker" and not _worker_listens(wanted, program):
            found.append(component)
    return found


def wait(supervisor: Supervisor, wanted: Started, limit_seconds: float = LIMIT_SECONDS) -> None:
    """Returns when every component works; raises EmulatorError that names one that does not, with its log."""
    deadline = time.monotonic() + limit_seconds
    seen: dict[str, set[int]] = {program: set() for program in wanted.programs.values()}
    while True:
        missing = waiting(wanted)
        _none_gives_up(supervisor, wanted, seen)
        if not missing:
            return
        if time.monotonic() > deadline:
            raise _failure(wanted, missing[0], f"is not healthy after {limit_seconds:.0f} s")
        time.sleep(_PAUSE_SECONDS)


def _none_gives_up(supervisor: Supervisor, wanted: Started, seen: Mapping[str, set[int]]) -> None:
    """Raises EmulatorError for a component that ended, ends again and again, or has lost its port."""
    processes = {process.name: process for process in supervisor.status()}
    for component, program in wanted.programs.items():
        process = processes.get(program)
        if process is None or process.state in _ENDED:
            raise _failure(wanted, component, "ended by itself")
        seen[program].update({process.pid} - {0})
        if len(seen[program]) > STARTS:
            raise _failure(wanted, component, f"ended by itself {STARTS} times")
    server = processes.get(wanted.programs.get("api-server", ""))
    # Another Airflow on the same port would be healthy too, and not the one that was started.
    if server and held_by(wanted.api_port, server.pid) is False:
        raise _failure(wanted, "api-server", f"cannot listen on port {wanted.api_port}, another program does")


def _failure(wanted: Started, component: str, what: str) -> EmulatorError:
    log = wanted.logs / f"{wanted.programs[component]}.log"
    return EmulatorError(f"Airflow's {component} {what}. Last lines of {log}:\n{tail(log)}")


def now() -> datetime:
    """The present moment, comparable with the health report's."""
    return datetime.now(UTC)
