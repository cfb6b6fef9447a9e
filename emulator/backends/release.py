"""A Helm release of Airflow's chart as supervised processes of this machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from emulator import airflow_substitutions, dag_buckets, git_checkout, readiness, release_pods
from emulator.airflow_substitutions import Addresses
from emulator.chart_defaults import effective
from emulator.machine import Machine
from emulator.pods import Pods
from emulator.processes import Release, describe
from emulator.programs import Program
from emulator.readiness import Started
from emulator.release_pods import ReleasePod
from offline.graph import Resource, plain

RELEASE = "kubernetes:helm.sh/v3:Release"
PORT = "api-server"
_STATSD_PORT = "statsd"
_PREFERRED_PORT = 8080


class HelmRelease:
    """Writes each pod's files, starts or restarts what changed, and waits until Airflow is healthy."""

    types = frozenset({RELEASE})

    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    def ensure(self, resource: Resource, previous: Resource | None) -> dict[str, Any]:
        """Only components whose arguments, environment, files or annotations changed are restarted."""
        inputs = plain(resource.inputs)
        name, namespace, values = inputs["name"], inputs["namespace"], inputs.get("values") or {}
        if "KubernetesExecutor" in effective(values)["executor"]:
            self._machine.progress.say(airflow_substitutions.WITHOUT_PODS)
        dag_buckets.make(self._machine, values)
        release = describe(values, name=name, namespace=namespace)

        def start(port: int) -> None:
            addresses = self._addresses(release, port)
            git = git_checkout.programs(self._machine, values, namespace)
            pods = Pods(self._machine, namespace, {release.config_map: release.files}, addresses.text)
            checkout = git_checkout.checkout(self._machine)
            laid_out = {
                p.component: release_pods.lay_out(pods, release, p, addresses, checkout)
                for p in release.processes
            }
            self._start(_owner(name), release, laid_out, git, addresses)

        server = _program_name(release, "api-server")
        self._machine.serve(server, start, name=PORT, prefer=_PREFERRED_PORT)
        return self._machine.computed(resource)

    def delete(self, resource: Resource) -> None:
        """Stops the processes; their logs stay."""
        self._machine.supervisor.stop(_owner(plain(resource.inputs)["name"]))

    def _addresses(self, release: Release, api_port: int) -> Addresses:
        statsd_port = self._machine.ports.port(_STATSD_PORT, running=True)
        return Addresses(service_url=release.service_url, api_port=api_port, statsd_port=statsd_port)

    def _start(
        self,
        owner: str,
        release: Release,
        pods: Mapping[str, ReleasePod],
        git: Sequence[Program],
        addresses: Addresses,
    ) -> None:
        programs = {component: pod.program for component, pod in pods.items()}
        for program in git:
            git_checkout.first(self._machine, owner, program)
        for pod in pods.values():
            if not self._machine.supervisor.as_wanted(owner, pod.program):
                pod.initialise(self._machine.state)
        logs = self._machine.state.logs
        sizes = {
            program.name: log.stat().st_size
            for program in programs.values()
            if (log := logs / f"{program.name}.log").exists()
        }
        since = readiness.now()
        restarted = self._machine.supervisor.apply(
            owner, [*git, *(program for pod in pods.values() for program in (*pod.sidecars, pod.program))]
        )
        if restarted:
            self._machine.progress.say(f"Airflow: started {', '.join(sorted(restarted))}")
        started = Started(
            api_port=addresses.api_port,
            health_path=f"{release.base_path}/api/v2/monitor/health",
            programs={component: program.name for component, program in programs.items()},
            restarted=restarted,
            since=since,
            log_offsets=sizes,
            logs=logs,
        )
        readiness.wait(self._machine.supervisor, started)


def _owner(name: str) -> str:
    return f"release-{name}"


def _program_name(release: Release, component: str) -> str:
    return f"{release.fullname}-{component}"
