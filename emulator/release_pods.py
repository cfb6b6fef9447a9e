"""The pods of a release, laid out on this machine: what is supervised, and what runs before it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from emulator import airflow_substitutions, errands
from emulator.airflow_substitutions import Addresses
from emulator.containers import Container
from emulator.errors import EmulatorError
from emulator.paths import State
from emulator.pods import Pod, Pods
from emulator.processes import Process, Release
from emulator.programs import Program
from emulator.readiness import tail

INIT_SECONDS = 300
"""For all init containers of one pod together; in a cluster the release's own limit would end them."""


@dataclass(frozen=True, kw_only=True)
class ReleasePod:
    """One component, ready to be started."""

    program: Program
    sidecars: list[Program]
    init: list[Pod]

    def initialise(self, state: State) -> None:
        """Runs the init containers. Raises EmulatorError with the last lines of the one that failed."""
        name = f"{self.program.name}-init"
        log = state.logs / f"{name}.log"
        if errands.run_all(state, self.init, log, time.monotonic() + INIT_SECONDS):
            raise EmulatorError(f"{name}: an init container failed. Last lines of {log}:\n{tail(log)}")


def lay_out(
    pods: Pods, release: Release, process: Process, addresses: Addresses, checkout: Path
) -> ReleasePod:
    """Writes the files of a component's containers. `checkout`: git-sync's folder."""
    name = f"{release.fullname}-{process.component}"
    # Kubernetes replaces a pod whose other containers change, too.
    others = repr((process.init, process.sidecars)) if process.init or process.sidecars else ""
    annotations = {**process.annotations, **({"containers": others} if others else {})}
    links = airflow_substitutions.dags_links(process.container, checkout)
    main = pods.prepare(name, process.container, annotations, links)

    def beside(container: Container) -> Pod:
        shared = _shared(main.root, process.container, container)
        return pods.prepare(f"{name}-{container.name}", container, links=shared)

    grace = min(process.termination_grace_seconds, airflow_substitutions.STOP_SECONDS)
    own = addresses.environment(process.component)
    return ReleasePod(
        program=_program(name, main, grace, airflow_substitutions.command(main.command), own),
        sidecars=[_program(f"{name}-{c.name}", beside(c), grace) for c in process.sidecars],
        init=[beside(container) for container in process.init],
    )


def _shared(root: Path, main: Container, other: Container) -> dict[str, Path]:
    """Where another container of the pod mounts what the main one mounts: both see the same folder."""
    paths = {mount.volume: mount.path for mount in main.mounts if mount.volume.kind == "Empty"}
    return {m.path: root / paths[m.volume].lstrip("/") for m in other.mounts if m.volume in paths}


def _program(
    name: str,
    pod: Pod,
    grace_seconds: int,
    command: list[str] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Program:
    return Program(
        name=name,
        command=command or pod.command,
        environment={**pod.environment, **(environment or {})},
        directory=pod.root,
        stop_wait_seconds=grace_seconds,
    )
