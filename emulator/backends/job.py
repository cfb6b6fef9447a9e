"""A Kubernetes Job as a process that is awaited to its end."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from emulator import errands
from emulator.airflow_substitutions import STAMP, stamp
from emulator.containers import parse_container, parse_volumes
from emulator.errors import EmulatorError
from emulator.files import private_folder
from emulator.machine import Machine
from emulator.pods import Pod, Pods
from emulator.readiness import tail
from offline.graph import Resource, plain

JOB = "kubernetes:batch/v1:Job"
DEFAULT_BACKOFF_LIMIT = 6
"""Kubernetes' own: retries after the first failure."""
LONGEST_SECONDS = 900
"""For a Job that sets no activeDeadlineSeconds: in a cluster it would run for ever."""
FIRST_PAUSE_SECONDS = 1.0
"""Before the first retry, doubled before each further one; Kubernetes starts with 10 s."""


class Job:
    """Runs a Job once; again only if its manifest or the image's packages change, or it did not end well."""

    types = frozenset({JOB})

    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    def ensure(self, resource: Resource, previous: Resource | None) -> dict[str, Any]:
        """Returns when the Job has succeeded."""
        outputs = {**self._machine.computed(resource), STAMP: stamp()}
        if previous is None or _description(previous) != (plain(resource.inputs), stamp()):
            self._run(plain(outputs["metadata"]), plain(resource.inputs)["spec"])
        return outputs

    def delete(self, resource: Resource) -> None:
        """Nothing: it has ended, and its log is worth keeping."""

    def _run(self, metadata: Mapping[str, Any], spec: Mapping[str, Any]) -> None:
        name, pod_spec = metadata["name"], spec["template"]["spec"]
        volumes = parse_volumes(pod_spec)
        manifests = [*(pod_spec.get("initContainers") or []), *pod_spec["containers"]]
        containers = [parse_container(manifest, volumes) for manifest in manifests]
        pods = Pods(self._machine, metadata.get("namespace", "default"))
        prepared = [pods.prepare(f"{name}-{container.name}", container) for container in containers]
        log = private_folder(self._machine.state.logs) / f"{name}.log"
        log.unlink(missing_ok=True)
        limit = spec.get("activeDeadlineSeconds") or LONGEST_SECONDS
        retries = spec.get("backoffLimit", DEFAULT_BACKOFF_LIMIT)
        self._retry(name, prepared, log, time.monotonic() + limit, int(retries))

    def _retry(self, name: str, pods: list[Pod], log: Path, deadline: float, retries: int) -> None:
        pause = FIRST_PAUSE_SECONDS
        for attempt in range(retries + 1):
            if errands.run_all(self._machine.state, pods, log, deadline) == 0:
                return
            if time.monotonic() >= deadline:
                raise _failure(name, "did not end within its deadline", log)
            if attempt < retries:
                time.sleep(min(pause, max(0.0, deadline - time.monotonic())))
                pause *= 2
        raise _failure(name, f"failed {retries + 1} times", log)


def _description(job: Resource) -> tuple[Any, str]:
    return plain(job.inputs), job.outputs.get(STAMP, "")


def _failure(name: str, what: str, log: Path) -> EmulatorError:
    return EmulatorError(f"Job {name} {what}. Last lines of {log}:\n{tail(log)}")
