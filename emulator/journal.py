"""What was made real so far: one private file per resource, written before and after each step.

An interrupted run leaves a resource marked as begun. The next run ensures it again (every back end looks at
the real thing, not at this record) and knows what it has to delete should the resource have left the program.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from emulator.errors import EmulatorError
from emulator.files import write_private
from emulator.paths import State
from offline.graph import Graph, Resource, Secret

_SECRET_KEY = "__secret__"  # noqa: S105 - the name of a JSON key


def _encode(value: Any) -> Any:
    """JSON that keeps the difference between a secret and a plain value; for private files only."""
    if isinstance(value, Secret):
        return {_SECRET_KEY: _encode(value.value)}
    if isinstance(value, dict):
        return {key: _encode(item) for key, item in value.items()}
    return [_encode(item) for item in value] if isinstance(value, (list, tuple)) else value


def _decode(value: Any) -> Any:
    if isinstance(value, dict):
        if set(value) == {_SECRET_KEY}:
            return Secret(_decode(value[_SECRET_KEY]))
        return {key: _decode(item) for key, item in value.items()}
    return [_decode(item) for item in value] if isinstance(value, list) else value


def _resource(body: dict[str, Any]) -> Resource:
    return Resource.of({key: _decode(value) for key, value in body.items()})


@dataclass(frozen=True)
class Entry:
    """One resource on record."""

    resource: Resource
    begun: bool
    """True while an ensure of it has started and not ended."""
    done: Resource | None
    """As it was when its ensure last ended well."""
    replaced: bool = False
    """True for the former self of a resource that got another identity; it only waits to be deleted."""

    @property
    def key(self) -> str:
        """Name of the entry; the former selves of one resource are kept apart by their identifiers."""
        return f"{self.resource.urn}#{self.resource.id}" if self.replaced else self.resource.urn


class Journal:
    """The record of one stack, read once and written through; safe to use from several threads."""

    def __init__(self, state: State) -> None:
        self._folder = state.root / "resources"
        self._lock = threading.Lock()
        self._entries: dict[str, Entry] = {}
        for file in sorted(self._folder.glob("*.json")):
            entry = self._read(file)
            self._entries[entry.key] = entry

    @staticmethod
    def _read(file: Path) -> Entry:
        try:
            body = json.loads(file.read_text())
            done = body["done"] and _resource(body["done"])
            return Entry(_resource(body["resource"]), body["begun"], done, body["replaced"])
        except (ValueError, KeyError, TypeError) as error:
            raise EmulatorError(
                f"{file} cannot be read ({type(error).__name__}); `make clean` starts anew."
            ) from None

    def _file(self, key: str) -> Path:
        return self._folder / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.json"

    def _put(self, entry: Entry) -> None:
        done = asdict(entry.done) if entry.done else None
        body = {
            "resource": asdict(entry.resource),
            "done": done,
            "begun": entry.begun,
            "replaced": entry.replaced,
        }
        with self._lock:
            self._entries[entry.key] = entry
            write_private(self._file(entry.key), json.dumps(_encode(body), indent=1) + "\n")

    def begin(self, resource: Resource) -> None:
        """Before anything is made or changed."""
        known = self._entries.get(resource.urn)
        done = known.done if known else None
        if known and done and not known.begun and known.resource.inputs == resource.inputs:
            return  # a check of what is there already needs no mark
        self._put(Entry(resource, True, done))

    def end(self, resource: Resource) -> None:
        """After the real thing is as wanted; `resource` carries its outputs."""
        known = self._entries.get(resource.urn)
        former = known.done if known else None
        if former and former.id != resource.id:
            self._put(Entry(former, False, former, replaced=True))
        if not (known and known.done == resource and not known.begun):
            self._put(Entry(resource, False, resource))

    def remove(self, entry: Entry) -> None:
        """After the real thing is gone."""
        with self._lock:
            self._entries.pop(entry.key, None)
            self._file(entry.key).unlink(missing_ok=True)

    def __iter__(self) -> Iterator[Entry]:
        return iter(list(self._entries.values()))

    def find(self, type_: str, output: str, value: str) -> Resource | None:
        """The resource of a type with this output, such as a parameter group by its name."""
        return next((r for r in self.of_type(type_) if str(r.outputs.get(output)) == value), None)

    def of_type(self, type_: str) -> list[Resource]:
        """All resources of a type that were made real, in the order of their URNs."""
        found = [
            entry.done for entry in self if entry.done and not entry.replaced and entry.done.type == type_
        ]
        return sorted(found, key=lambda resource: resource.urn)

    def graph(self) -> Graph:
        """What the last runs made, with secrets; the `previous` of the next run."""
        return Graph.of(entry.done for entry in self if entry.done and not entry.replaced)
