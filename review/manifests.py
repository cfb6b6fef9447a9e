"""What changes inside the cluster, object by object, as the real chart renders both sides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from offline.chart import RELEASE, render
from offline.graph import Graph, redact
from review.model import MISSING, PropertyChange
from review.paths import differences

_CHART_OWN = "checksum/"
"""Annotations that only say that another object changed, which is listed itself."""

Objects = dict[str, dict[str, Any]]


def changed_objects(chart: Path, base: Graph | None, head: Graph | None) -> dict[str, list[PropertyChange]]:
    """Kind and name -> what differs; an object of one side only has one change, of the whole."""
    with ThreadPoolExecutor(2) as sides:  # Helm's engine does not hold Python's lock
        old, new = sides.map(lambda graph: _objects(chart, graph), (base, head))
    found = {}
    for name in sorted({*old, *new}):
        if name in old and name in new:
            changes = [c for c in differences(old[name], new[name]) if _CHART_OWN not in c.path]
        else:
            changes = [PropertyChange("", old.get(name, MISSING), new.get(name, MISSING))]
        if changes:
            found[name] = changes
    return found


def _objects(chart: Path, graph: Graph | None) -> Objects:
    releases = graph.of_type(RELEASE) if graph else []
    return {name: o for release in releases for name, o in _named(chart, release.inputs).items()}


def _named(chart: Path, inputs: Mapping[str, Any]) -> Objects:
    given = redact(dict(inputs))
    rendered = render(chart, given["values"], name=given["name"], namespace=given["namespace"])
    return {f"{o['kind']}/{o['metadata']['name']}": o for o in rendered}


def restarting(changed: Mapping[str, Sequence[PropertyChange]]) -> set[str]:
    """Names of the workloads whose pods the new manifests restart."""
    workloads = ("Deployment/", "StatefulSet/", "DaemonSet/")
    return {
        name
        for name, changes in changed.items()
        if name.startswith(workloads) and any(c.path.startswith("spec.template.") for c in changes)
    }
