"""The processes that the rendered chart would start: what `processes.py` is measured against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from emulator.containers import Container, parse_container, parse_volumes
from emulator.processes import VALUES_KEYS, Process

CHECK = "wait-for-airflow-migrations"
_CHARTS_CONTAINERS = (CHECK, "git-sync-init", "git-sync")
_GROOMER = "-log-groomer"
Manifest = Mapping[str, Any]

_CHARTS_OWN = ("checksum/", "cluster-autoscaler.kubernetes.io/")
"""Annotations that the chart adds by itself. The checksums cover files that the pod's hash covers here."""


def processes(manifests: Sequence[Manifest]) -> dict[str, Process]:
    """Airflow's own workloads by component."""
    found = {}
    for manifest in manifests:
        component = str((manifest["metadata"].get("labels") or {}).get("component"))
        if manifest["kind"] in ("Deployment", "StatefulSet") and component in VALUES_KEYS:
            found[component] = _process(component, manifest["spec"])
    return found


def files(manifests: Sequence[Manifest], config_map: str) -> dict[str, str]:
    """The entries of a ConfigMap."""
    for manifest in manifests:
        if manifest["kind"] == "ConfigMap" and manifest["metadata"]["name"] == config_map:
            return dict(manifest["data"])
    return {}


def _process(component: str, spec: Manifest) -> Process:
    template = spec["template"]
    pod = template["spec"]
    claims = [claim["metadata"]["name"] for claim in spec.get("volumeClaimTemplates") or ()]
    volumes = parse_volumes(pod, claims)

    def pick(containers: Sequence[Manifest] | None, name: str) -> Container | None:
        named = (c for c in containers or () if c["name"] == name)
        return next((parse_container(c, volumes) for c in named), None)

    def given(containers: Sequence[Manifest] | None) -> tuple[Container, ...]:
        """Those that come from the release's values."""
        charts = (component, *_CHARTS_CONTAINERS)
        names = (c for c in containers or () if c["name"] not in charts and _GROOMER not in c["name"])
        return tuple(parse_container(c, volumes) for c in names)

    container = pick(pod["containers"], component)
    assert container, f"the chart renders no container {component}"
    annotations = template["metadata"].get("annotations") or {}
    return Process(
        component=component,
        replicas=spec.get("replicas", 1),
        container=container,
        check=pick(pod.get("initContainers"), CHECK),
        init=given(pod.get("initContainers")),
        sidecars=given(pod["containers"]),
        termination_grace_seconds=pod.get("terminationGracePeriodSeconds", 30),
        annotations={k: v for k, v in annotations.items() if not k.startswith(_CHARTS_OWN)},
    )
