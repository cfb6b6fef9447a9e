"""A Kubernetes CronJob as a supervised process that runs its container at the minutes of its schedule."""

from __future__ import annotations

import re
import sys
from typing import Any

from emulator import every
from emulator.backends.job import DEFAULT_BACKOFF_LIMIT
from emulator.containers import parse_container, parse_volumes
from emulator.errors import EmulatorError
from emulator.machine import Machine
from emulator.pods import Pods
from emulator.programs import Program
from offline.graph import Resource, plain

CRON_JOB = "kubernetes:batch/v1:CronJob"
_MINUTES = re.compile(r"\*/(\d+) \* \* \* \*")
_HOURLY = "0 * * * *"


class CronJob:
    """Its first run is when its schedule says, as in a cluster."""

    types = frozenset({CRON_JOB})

    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    def ensure(self, resource: Resource, previous: Resource | None) -> dict[str, Any]:
        """Restarts the process only where the container or the schedule changed."""
        outputs = self._machine.computed(resource)
        metadata, spec = plain(outputs["metadata"]), plain(resource.inputs)["spec"]
        name, job = metadata["name"], spec["jobTemplate"]["spec"]
        pod_spec = job["template"]["spec"]
        (manifest,) = pod_spec["containers"]
        container = parse_container(manifest, parse_volumes(pod_spec))
        pod = Pods(self._machine, metadata.get("namespace", "default")).prepare(name, container)
        interval = interval_seconds(spec["schedule"])
        retries = job.get("backoffLimit", DEFAULT_BACKOFF_LIMIT)
        program = Program(
            name=name,
            command=[sys.executable, "-I", "-S", every.__file__, str(interval), str(retries), *pod.command],
            environment=pod.environment,
            directory=pod.root,
        )
        self._machine.supervisor.apply(_owner(name), [program])
        return outputs

    def delete(self, resource: Resource) -> None:
        """Stops the process; its log and what it wrote stay."""
        self._machine.supervisor.stop(_owner(plain(resource.outputs)["metadata"]["name"]))


def interval_seconds(schedule: str) -> int:
    """Of the schedules that divide the hour evenly. Raises EmulatorError for any other."""
    if schedule == _HOURLY:
        return 3600
    match = _MINUTES.fullmatch(schedule)
    minutes = int(match[1]) if match else 0
    if not minutes or 60 % minutes:
        raise EmulatorError(
            f"CronJob schedule `{schedule}` is not emulated: it does not divide the hour evenly."
        )
    return 60 * minutes


def _owner(name: str) -> str:
    return f"cron-{name}"
