"""Edits of a recorded graph, each of which breaks something. The tables are in clauses_*.py."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from offline.graph import Graph, Resource, Secret, plain
from policies.documents import POLICIES_OF
from tests.recorded import recorded

DELETE = object()
"""Stands for a property that is taken away."""


@dataclass(frozen=True)
class Edit:
    """One change of a graph."""

    says: str
    """What it does, in a few words: the name of its test."""
    apply: Callable[[Graph], Graph]
    takes_away: bool = False
    """True where a property, or the whole resource, is missing afterwards."""


def prod() -> Graph:
    return recorded("prod")


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def put(type_: str, path: str, value: Any, *, name: str = "") -> Edit:
    """Every resource of a type (or the one with a name) has another value at a path."""
    missing = value is DELETE
    return Edit(
        f"{name or type_.split(':')[-1]}.{path} {'is missing' if missing else repr(plain(value))}",
        lambda graph: with_value(graph, type_, path, value, name),
        missing,
    )


def cut(type_: str, path: str) -> Edit:
    """Every resource of a type lacks a property."""
    return put(type_, path, DELETE)


def gone(type_: str, name: str = "") -> Edit:
    """The stack has no resource of this type (and name)."""

    def apply(graph: Graph) -> Graph:
        kept = [r for r in graph.resources if r.type != type_ or name not in ("", r.name)]
        if len(kept) == len(graph.resources):
            raise LookupError(f"no {type_} {name}: this edit changes nothing")
        return Graph.of(kept, graph.exports)

    return Edit(f"no {name or type_.split(':')[-1]}", apply, True)


def option(type_: str, **options: Any) -> Edit:
    """Every resource of a type has other options of Pulumi's."""

    def apply(graph: Graph) -> Graph:
        changed = [replace(r, **options) if r.type == type_ else r for r in graph.resources]
        return Graph.of(changed, graph.exports)

    return Edit(f"{type_.split(':')[-1]} with {options}", apply, not any(options.values()))


def also(type_: str, name: str = "stray", like: str = "", **inputs: Any) -> Edit:
    """One more resource: new, or like the first of its type but for some inputs."""

    def apply(graph: Graph) -> Graph:
        model = next(
            (r for r in graph.of_type(type_) if like in r.name), Resource(urn="", type=type_, name="")
        )
        dependencies = {k: v for k, v in model.property_dependencies.items() if k not in inputs}
        stray = replace(
            model,
            urn=f"urn:pulumi:prod::airflow::{type_}::{name}",
            name=name,
            inputs={**(model.inputs if like else {}), **inputs},
            property_dependencies=dependencies if like else {},
        )
        return Graph.of([*graph.resources, stray], graph.exports)

    return Edit(f"{type_} besides: {inputs}", apply)


def statement(type_: str, place: int = 0, *, name: str = "", **elements: Any) -> Edit:
    """One statement of the documents of a type has other elements; DELETE takes one away."""

    def change(resource: Resource) -> Resource:
        key = POLICIES_OF[type_]
        body = json.loads(resource.inputs[key])
        found = body["Statement"][place]
        found.update(elements)
        body["Statement"][place] = {k: v for k, v in found.items() if v is not DELETE}
        return replace(resource, inputs={**resource.inputs, key: json.dumps(body)})

    missing = any(value is DELETE for value in elements.values())
    shown = ", ".join(f"{k} {'missing' if v is DELETE else v}" for k, v in elements.items())
    return Edit(
        f"statement {place} of {name or type_.split(':')[-1]}: {shown}",
        lambda graph: _each(graph, type_, name, change),
        missing,
    )


def more(type_: str, given: Mapping[str, Any], *, name: str = "") -> Edit:
    """The documents of a type have one more statement."""

    def change(resource: Resource) -> Resource:
        key = POLICIES_OF[type_]
        body = json.loads(resource.inputs[key])
        body["Statement"].append(dict(given))
        return replace(resource, inputs={**resource.inputs, key: json.dumps(body)})

    return Edit(f"one more statement {dict(given)}", lambda graph: _each(graph, type_, name, change))


def with_value(graph: Graph, type_: str, path: str, value: Any, name: str = "") -> Graph:
    """The graph in which every resource of a type has another value at a path, or none."""
    return _each(graph, type_, name, lambda resource: _edited(resource, path, value))


def _each(graph: Graph, type_: str, name: str, change: Callable[[Resource], Resource]) -> Graph:
    found = [r for r in graph.of_type(type_) if name in ("", r.name)]
    if not found:
        raise LookupError(f"no {type_} {name}: this edit changes nothing")
    return Graph.of([change(r) if r in found else r for r in graph.resources], graph.exports)


def _edited(resource: Resource, path: str, value: Any) -> Resource:
    """Secrets that are not edited stay secrets; a container on the way to the edited value is opened."""
    # What belongs to a bucket is found by its dependency first: another bucket's name has none.
    first = path.split(".")[0]
    kept = {k: v for k, v in resource.property_dependencies.items() if k != first or "." in path}
    return replace(resource, inputs=_set(resource.inputs, path.split("."), value), property_dependencies=kept)


def _set(container: Any, way: list[str], value: Any) -> Any:
    container = plain(container) if isinstance(container, Secret) else container
    key, *rest = way
    if isinstance(container, list):
        place = int(key)
        changed = value if not rest else _set(container[place], rest, value)
        return [*container[:place], *([] if changed is DELETE else [changed]), *container[place + 1 :]]
    body = dict(container or {})
    changed = value if not rest else _set(body.get(key), rest, value)
    if changed is DELETE:
        body.pop(key, None)
    else:
        body[key] = changed
    return body
