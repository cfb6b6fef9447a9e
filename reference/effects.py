"""What a changed key does: the graphs and the rendered charts of a stack before and after, compared."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pulumi
import yaml

import offline
from emulator.chart_rendering import render
from offline import Graph, Resource, plain
from reference.keys import Key
from reference.samples import Change, changes, choices, contexts

REPLACEMENTS = Path(__file__).with_name("replacements.yaml")
RELEASE = "kubernetes:helm.sh/v3:Release"
JOB = "kubernetes:batch/v1:Job"
WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet")


class UnknownReplacement(LookupError):
    """An input of which replacements.yaml does not say whether a change replaces its resource."""


@dataclass(frozen=True, kw_only=True)
class Effect:
    """What an update does after one key changed; names are logical names, pods those of the chart."""

    stack: str
    """The stack file, or happy case of the settings' tests, changed here; empty: no other value."""
    restarted: list[str] = field(default_factory=list)
    scaled: list[str] = field(default_factory=list)
    """Components that get another number of pods, or come or go as a whole."""
    replaced: list[str] = field(default_factory=list)
    interrupted: list[str] = field(default_factory=list)
    """Changed in place, at the price of a restart or a failover."""
    changed: list[str] = field(default_factory=list)
    created: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    run: list[str] = field(default_factory=list)
    """Jobs that run (once more)."""

    def to_json(self) -> dict[str, Any]:
        """What is not empty."""
        return {name: value for name, value in asdict(self).items() if value}


def effect(key: Key, chart: Path) -> Effect:
    """The effect of the first change of this key that the program takes; LookupError if it takes none."""
    refused = None
    for change in changes(key):
        try:
            after = offline.record(change.context.stack, overrides=change.overrides)
        except pulumi.RunError as refusal:
            refused = refused or refusal
            continue
        return compare(change, _before(change.context.name), after, chart)
    if len(set(choices(key.annotation))) == 1:
        return Effect(stack="")
    remedy = "add a happy case, or an example to reference/samples.py"
    raise LookupError(f"{key.path}: no change of it is valid; {remedy}. {refused or ''}")


def compare(change: Change, before: Graph, after: Graph, chart: Path) -> Effect:
    """The effect of going from one graph to the other."""
    old, new = _by_urn(before), _by_urn(after)
    both = [(old[urn], new[urn]) for urn in old if urn in new]
    replaced = [b for a, b in both if _replaces(a, b)]
    changed = [b for a, b in both if _differs(a, b) and b not in replaced]
    created = [new[urn] for urn in new if urn not in old]
    restarted, scaled = _pods(before, after, chart)
    return Effect(
        stack=change.context.name,
        restarted=restarted,
        scaled=scaled,
        replaced=_names(r for r in replaced if r.type != JOB),
        interrupted=_names(b for a, b in both if b in changed and _listed("interrupt", a, b)),
        changed=_names(r for r in changed if r.type != RELEASE or not (restarted or scaled)),
        created=_names(r for r in created if r.type != JOB),
        deleted=_names(old[urn] for urn in old if urn not in new),
        run=_names(r for r in [*replaced, *created] if r.type == JOB),
    )


@cache
def _before(name: str) -> Graph:
    context = next(c for c in contexts() if c.name == name)
    return offline.record(context.stack, overrides=context.overrides)


def _by_urn(graph: Graph) -> dict[str, Resource]:
    return {r.urn: r for r in graph.resources if r.custom and r.type != "pulumi:pulumi:Stack"}


def _names(resources: Any) -> list[str]:
    return sorted(r.name for r in resources)


def _differs(a: Resource, b: Resource) -> bool:
    return bool(_changed_inputs(a, b)) or a.protect != b.protect


def _changed_inputs(a: Resource, b: Resource) -> list[str]:
    old, new = _inputs(a), _inputs(b)
    return sorted(name for name in {*old, *new} if old.get(name) != new.get(name))


def _inputs(resource: Resource) -> dict[str, Any]:
    """Inputs by name; objects of Kubernetes one level deeper, where name and labels are told apart."""
    inputs = plain(resource.inputs)
    for name in ("metadata", "spec"):
        if resource.type.startswith("kubernetes:") and isinstance(inputs.get(name), Mapping):
            inputs |= {f"{name}.{key}": value for key, value in inputs.pop(name).items()}
    return inputs


@cache
def replacements() -> dict[str, Any]:
    """Type to the inputs whose change replaces it, and those whose change does not."""
    return yaml.safe_load(REPLACEMENTS.read_text())["types"]


def _replaces(a: Resource, b: Resource) -> bool:
    known = replacements().get(b.type, {})
    listed = {*known.get("replace", []), *known.get("in_place", []), *known.get("interrupt", [])}
    if unknown := [name for name in _changed_inputs(a, b) if name not in listed]:
        question = f"does a change of {', '.join(unknown)} replace it?"
        raise UnknownReplacement(f"{b.type}: {question} Add it to reference/{REPLACEMENTS.name}.")
    return _listed("replace", a, b)


def _listed(kind: str, a: Resource, b: Resource) -> bool:
    return bool({*_changed_inputs(a, b)} & {*replacements().get(b.type, {}).get(kind, [])})


def _pods(before: Graph, after: Graph, chart: Path) -> tuple[list[str], list[str]]:
    """Components whose pods restart, and those of which only the number of pods changes."""
    old, new = _workloads(before, chart), _workloads(after, chart)
    both = old.keys() & new.keys()
    restarted = [name for name in both if old[name]["template"] != new[name]["template"]]
    scaled = [name for name in both if old[name].get("replicas") != new[name].get("replicas")]
    return sorted(restarted), sorted([*scaled, *(old.keys() ^ new.keys())])


def _workloads(graph: Graph, chart: Path) -> dict[str, Any]:
    """Component to the specification of its Deployment."""
    inputs = plain(graph.only(RELEASE).inputs)
    return json.loads(_rendered(json.dumps(inputs["values"], sort_keys=True), inputs["name"], chart))


@cache
def _rendered(values: str, name: str, chart: Path) -> str:
    manifests = render(chart, json.loads(values), name=name, namespace="airflow")
    found = {
        manifest["metadata"]["labels"].get("component", manifest["metadata"]["name"]): manifest["spec"]
        for manifest in manifests
        if manifest["kind"] in WORKLOADS
    }
    return json.dumps(found)
