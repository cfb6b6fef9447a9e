"""Killing what runs, and how long it takes until it is back and works."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Collection

from emulator import readiness
from emulator.listeners import held_by
from emulator.machine import Machine
from emulator.readiness import Started

COMPONENTS = ("api-server", "scheduler", "dag-processor", "triggerer", "worker")
PATIENCE_SECONDS = 240


def until(what: Callable[[], object], seconds: float = PATIENCE_SECONDS) -> float:
    """Seconds until `what` holds; fails when that takes too long."""
    begun = time.monotonic()
    while not what():
        assert time.monotonic() - begun < seconds, "it did not come about"
        time.sleep(0.05)
    return time.monotonic() - begun


def pids(machine: Machine) -> dict[str, int]:
    """Program to process of everything that runs."""
    return {process.name: process.pid for process in machine.supervisor.status() if process.pid}


def kill(machine: Machine, components: Collection[str]) -> tuple[float, float]:
    """kill -9 of these components at once: seconds until all run again, and until all work."""
    before = {component: pids(machine)[f"airflow-{component}"] for component in components}
    programs = {component: f"airflow-{component}" for component in COMPONENTS}
    port = machine.ports.known()["api-server"]
    logs = machine.state.logs
    wanted = Started(
        api_port=port,
        health_path="/api/v2/monitor/health",
        programs=programs,
        restarted=[programs[component] for component in components],
        since=readiness.now(),
        log_offsets={name: (logs / f"{name}.log").stat().st_size for name in programs.values()},
        logs=logs,
    )
    for pid in before.values():
        os.kill(pid, signal.SIGKILL)
    begun = time.monotonic()

    def back() -> bool:
        running = pids(machine)
        return all(running.get(programs[c]) not in (None, pid) for c, pid in before.items())

    def works() -> bool:
        return not readiness.waiting(wanted) and bool(held_by(port, pids(machine)[programs["api-server"]]))

    until(back, 60)
    returned = time.monotonic() - begun
    until(works)
    return returned, time.monotonic() - begun
