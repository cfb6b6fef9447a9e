"""What a release's pods reserve: replicas times requests, read from the Helm values."""

from __future__ import annotations

from dataclasses import dataclass

from offline.chart import RELEASE
from offline.graph import Graph, redact
from policies.rule import at
from stacks.quantities import memory_bytes, millicores

COMPONENTS = ("scheduler", "apiServer", "dagProcessor", "triggerer", "workers.celery", "statsd")
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
            vcpu += replicas * millicores(at(component, "resources.requests.cpu") or "0") / 1000
            memory += replicas * memory_bytes(at(component, "resources.requests.memory") or "0Mi")
            if at(component, "persistence.enabled"):
                volumes += replicas * memory_bytes(at(component, "persistence.size") or "0Gi")
    return Requests(
        vcpu=round(vcpu, 3), memory_gib=round(memory / GIB, 3), volumes_gib=round(volumes / GIB, 3)
    )
