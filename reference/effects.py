"""What a changed key does: the graphs and the rendered charts of a stack before and after, compared."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pulumi

import offline
from offline import Graph, plain
from offline.chart import RELEASE, render
from reference.keys import Key
from reference.samples import Change, changes, choices, contexts
from review import changes as review_changes
from review import downtime
from review.model import Action
from review.model import Change as ResourceChange

JOB = "kubernetes:batch/v1:Job"
MOVED_WITH = {"pulumi:providers:aws": "region", "pulumi:providers:kubernetes": "clusterIdentifier"}
"""What a provider is bound to: a resource of pulumi-aws 7 has a region of its own, whose change replaces it
(pulumi-aws#5656); that of kubernetes is replaced, with its objects, when this changes (pulumi-eks#764)."""
WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet")


@dataclass(frozen=True, kw_only=True)
class Effect:
    """What an update does after one key changed; names are logical names, pods those of the chart."""

    stack: str
    """The stack file, or happy case of the settings' tests, changed here; empty: no other value."""
    restarted: list[str] = field(default_factory=list)
    scaled: list[str] = field(default_factory=list)
    """Components that get another number of pods, or come or go as a whole."""
    replaced: list[str] = field(default_factory=list)
    interruptions: list[str] = field(default_factory=list)
    """What a change in place of a server costs, in words."""
    changed: list[str] = field(default_factory=list)
    created: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    run: list[str] = field(default_factory=list)
    """Jobs that run (once more)."""

    def to_json(self) -> dict[str, Any]:
        """What is not empty."""
        return {name: value for name, value in asdict(self).items() if value}


def effect(key: Key, chart: Path) -> Effect:
    """The first effect of a change of this key that the program takes; LookupError if it takes none."""
    refused, without_effect = None, dict[str, Effect]()
    for change in changes(key):
        if change.context.name in without_effect:
            continue
        try:
            after = offline.record(change.context.stack, overrides=change.overrides)
        except pulumi.RunError as refusal:
            refused = refused or refusal
            continue
        found = compare(change, _before(change.context.name), after, chart)
        if len(found.to_json()) > 1:
            return found
        # The key may matter in another stack: task pods where there are some, say.
        without_effect[change.context.name] = found
    if without_effect:
        return next(iter(without_effect.values()))
    if len(set(choices(key.annotation))) == 1:
        return Effect(stack="")
    remedy = "add a happy case, or an example to reference/samples.py"
    raise LookupError(f"{key.path}: no change of it is valid; {remedy}. {refused or ''}")


def compare(change: Change, before: Graph, after: Graph, chart: Path) -> Effect:
    """The effect of going from one graph to the other."""
    # What a provider alone takes along is said by the provider.
    alone = (review_changes.PROVIDER,)
    found = [change for change in review_changes.changes(before, after) if change.forcing != alone]
    restarted, scaled = _pods(before, after, chart)
    rolled = {RELEASE} if restarted or scaled else set[str]()

    def names(action: Action, without: Collection[str] = ()) -> list[str]:
        return sorted(c.name for c in found if c.action is action and c.type not in without)

    renewed = [c for c in found if c.action in (Action.REPLACE, Action.CREATE) and c.type == JOB]
    return Effect(
        stack=change.context.name,
        restarted=restarted,
        scaled=scaled,
        replaced=[*names(Action.REPLACE, {JOB}), *(c.name for c in found if _moves(c))],
        interruptions=list(dict.fromkeys(f.text for f in downtime.interruptions(_servers(found)))),
        changed=names(Action.UPDATE, rolled),
        created=names(Action.CREATE, {JOB}),
        deleted=names(Action.DELETE),
        run=sorted(c.name for c in renewed),
    )


def _servers(found: Sequence[ResourceChange]) -> list[ResourceChange]:
    return [change for change in found if change.type in downtime.INTERRUPTIONS]


def _moves(change: ResourceChange) -> bool:
    """Whether all that a provider made is replaced with it."""
    property_ = MOVED_WITH.get(change.type)
    return change.action is Action.UPDATE and any(p.property == property_ for p in change.properties)


@cache
def _before(name: str) -> Graph:
    context = next(c for c in contexts() if c.name == name)
    return offline.record(context.stack, overrides=context.overrides)


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
