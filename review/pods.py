"""What a release's pods reserve: replicas times requests, read from the Helm values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from offline.chart import RELEASE
from offline.graph import Graph, redact
from policies.rule import at
from stacks.quantities import memory_bytes, millicores

COMPONENTS = ("scheduler", "apiServer", "dagProcessor", "triggerer", "workers.celery", "statsd")
READ_DAGS = ("dagProcessor", "triggerer", "workers.celery")
"""Pods that the chart gives git-sync, where it is on; the scheduler only where it runs tasks."""
GIB = 2**30


@dataclass(frozen=True, kw_only=True)
class Requests:
    """Sums over all pods; task pods of KubernetesExecutor come and go and are not among them."""

    vcpu: float = 0
    memory_gib: float = 0
    volumes_gib: float = 0

    def __str__(self) -> str:
        volumes = f", {self.volumes_gib:g} GiB of volumes" if self.volumes_gib else ""
        return f"{self.vcpu:g} vCPU and {self.memory_gib:g} GiB{volumes}"


def requests_of(graph: Graph) -> Requests:
    """Of every release in the graph."""
    vcpu, memory, volumes = 0.0, 0, 0
    for release in graph.of_type(RELEASE):
        values = redact(release.inputs.get("values") or {})
        celery = "CeleryExecutor" in str(values.get("executor", ""))
        for name in COMPONENTS:
            component = at(values, name)
            if component is None or (name == "workers.celery" and not celery):
                continue
            replicas = component.get("replicas", 1)
            for container in (component, *_sidecars(name, component, values)):
                vcpu += replicas * millicores(at(container, "resources.requests.cpu") or "0") / 1000
                memory += replicas * memory_bytes(at(container, "resources.requests.memory") or "0Mi")
            if at(component, "persistence.enabled"):
                volumes += replicas * memory_bytes(at(component, "persistence.size") or "0Gi")
    return Requests(
        vcpu=round(vcpu, 3), memory_gib=round(memory / GIB, 3), volumes_gib=round(volumes / GIB, 3)
    )


def _sidecars(
    name: str, component: Mapping[str, Any], values: Mapping[str, Any]
) -> Iterator[Mapping[str, Any]]:
    """Log groomers, git-sync and further containers, each with `resources`."""
    if at(component, "logGroomerSidecar.enabled") is not False:
        yield component.get("logGroomerSidecar") or {}
    yield from component.get("extraContainers") or ()
    in_scheduler = "LocalExecutor" in str(values.get("executor", ""))
    if name in READ_DAGS or (name == "scheduler" and in_scheduler):
        yield at(values, "dags.gitSync") or {} if at(values, "dags.gitSync.enabled") else {}
