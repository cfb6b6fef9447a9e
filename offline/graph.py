"""What a stack registers, as plain data: resources, their options and the exports.

A secret is `Secret(value)` in memory and `[secret]` on every way out of it (repr, str, JSON).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from functools import cached_property
from typing import Any

REDACTED = "[secret]"
STACK_TYPE = "pulumi:pulumi:Stack"


class Secret:
    """A value that must not leave memory; equality compares the value, every text form hides it."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __repr__(self) -> str:
        return REDACTED

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other.value == self.value

    def __hash__(self) -> int:
        return hash(repr(self.value))


class Unknown:
    """A value that only the cloud will know; appears in preview graphs."""

    def __repr__(self) -> str:
        return "[unknown]"


UNKNOWN = Unknown()


def _map(value: Any, leaf: Callable[[Any], Any]) -> Any:
    """`value` rebuilt with `leaf` applied to everything that is neither mapping nor list."""
    if isinstance(value, Mapping):
        return {key: _map(item, leaf) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_map(item, leaf) for item in value]
    return leaf(value)


def plain(value: Any) -> Any:
    """`value` with every Secret opened, at any depth. For back ends that need the real value."""
    return _map(value, lambda leaf: plain(leaf.value) if isinstance(leaf, Secret) else leaf)


def redact(value: Any) -> Any:
    """`value` as JSON may show it: secrets and unknowns replaced by their text form."""
    return _map(value, lambda leaf: repr(leaf) if isinstance(leaf, (Secret, Unknown)) else leaf)


def secrets_in(value: Any) -> Iterator[Any]:
    """Every secret value inside `value`, opened."""
    if isinstance(value, Secret):
        yield value.value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from secrets_in(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from secrets_in(item)


@dataclass(frozen=True, kw_only=True)
class Resource:
    """One registration. Keys of `inputs` and `outputs` are the provider's own (camelCase)."""

    urn: str
    type: str
    name: str
    parent: str = ""
    custom: bool = True
    inputs: Mapping[str, Any] = field(default_factory=dict)
    outputs: Mapping[str, Any] = field(default_factory=dict)
    dependencies: tuple[str, ...] = ()
    property_dependencies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    protect: bool = False
    provider: str = ""
    ignore_changes: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    retain_on_delete: bool = False
    delete_before_replace: bool = False
    replace_on_changes: tuple[str, ...] = ()
    replace_with: tuple[str, ...] = ()
    deleted_with: str = ""
    import_id: str = ""
    plugin_download_url: str = ""
    plugin_version: str = ""
    """Of providers alone: the others have it from theirs."""
    create_timeout: str = ""

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Resource:
        """From JSON, which has no tuples; fields that this revision does not know are left out."""
        given: dict[str, Any] = {f.name: values[f.name] for f in fields(cls) if f.name in values}
        bound = given.get("property_dependencies", {})
        given |= {name: tuple(value) for name, value in given.items() if isinstance(value, list)}
        given["property_dependencies"] = {name: tuple(urns) for name, urns in bound.items()}
        return cls(**given)

    @property
    def id(self) -> str:
        """The provider's identifier; empty for components and in preview."""
        return str(self.outputs.get("id", ""))


@dataclass(frozen=True)
class Graph:
    """A stack's resources, sorted by URN, and its exports."""

    resources: tuple[Resource, ...]
    exports: Mapping[str, Any] = field(default_factory=dict)

    @staticmethod
    def of(resources: Iterable[Resource], exports: Mapping[str, Any] | None = None) -> Graph:
        """A graph in canonical order, whatever order the registrations came in."""
        return Graph(tuple(sorted(resources, key=lambda r: r.urn)), dict(exports or {}))

    def find(self, urn: str) -> Resource | None:
        """The resource with this URN, if the stack registers it."""
        return next((r for r in self.resources if r.urn == urn), None)

    def of_type(self, type_: str) -> list[Resource]:
        """All resources of a provider type or component token."""
        return [r for r in self.resources if r.type == type_]

    def only(self, type_: str, name: str | None = None) -> Resource:
        """The one resource of a type (and name). Raises LookupError unless there is exactly one."""
        found = [r for r in self.of_type(type_) if name is None or r.name == name]
        if len(found) != 1:
            raise LookupError(f"{type_} {name or ''}: expected one, found {[r.name for r in found]}")
        return found[0]

    def named(self, name: str) -> Resource:
        """The one resource with this logical name. Raises LookupError unless there is exactly one."""
        found = [r for r in self.resources if r.name == name]
        if len(found) != 1:
            raise LookupError(f"{name}: expected one resource, found {[r.type for r in found]}")
        return found[0]

    def children_of(self, name: str) -> list[Resource]:
        """Direct children of the resource with this logical name."""
        parent = self.named(name).urn
        return [r for r in self.resources if r.parent == parent]

    def within(self, name: str) -> list[Resource]:
        """All descendants of the resource with this logical name."""
        found, parents = [], {self.named(name).urn}
        while layer := [r for r in self.resources if r.parent in parents]:
            found += layer
            parents = {r.urn for r in layer}
        return found

    @property
    def components(self) -> list[Resource]:
        """The component resources (no provider behind them)."""
        return [r for r in self.resources if not r.custom]

    def secrets(self) -> frozenset[str]:
        """Every secret text in inputs, outputs and exports; what no report may contain."""
        return self._secrets

    @cached_property
    def _secrets(self) -> frozenset[str]:
        values = {str(v) for r in self.resources for v in secrets_in([r.inputs, r.outputs])}
        return frozenset(v for v in values | {str(v) for v in secrets_in(self.exports)} if v)

    def to_json(self) -> str:
        """Canonical, redacted JSON: the same program gives the same bytes."""
        body = {"exports": self.exports, "resources": [asdict(r) for r in self.resources]}
        return json.dumps(redact(body), sort_keys=True, indent=1, ensure_ascii=False) + "\n"
