"""Routes each resource to the back end of its type, and keeps the record of what was made."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from emulator.errors import EmulatorError, of_system
from emulator.journal import Entry
from emulator.machine import Machine, Service
from emulator.progress import MADE
from offline.graph import Graph, Resource
from offline.lookups import answer

PROVIDER = "pulumi:providers:"


class Stopped(EmulatorError):
    """Another resource failed; this one was not tried."""


class Emulator:
    """`offline.Backend` that makes things real on this machine."""

    def __init__(self, machine: Machine, services: Callable[[Machine], list[Service]]) -> None:
        self.machine = machine
        self._services = {type_: service for service in services(machine) for type_ in service.types}
        self._failed = threading.Event()

    def _service(self, type_: str) -> Service:
        if type_.startswith(PROVIDER):
            type_ = PROVIDER
        if type_ not in self._services:
            raise EmulatorError(
                f"{type_}: the emulator does not know this resource type; docs/EMULATOR.md tells what it"
                " knows, and a new one belongs into emulator/backends/."
            )
        return self._services[type_]

    def ensure(self, resource: Resource, previous: Resource | None) -> Mapping[str, Any]:
        """Makes `resource` real. After a first failure the others are refused, so that the run ends soon."""
        if self._failed.is_set():
            raise Stopped(f"{resource.name}: not tried after an earlier failure.")
        step = f"{resource.type.rsplit(':', 1)[-1]} {resource.name}"
        self.machine.progress.begin(step)
        try:
            service = self._service(resource.type)
            self.machine.journal.begin(resource)
            outputs = service.ensure(resource, previous)
            self.machine.journal.end(replace(resource, outputs=outputs))
        except EmulatorError:
            self._failed.set()
            raise
        except Exception as error:
            self._failed.set()
            if isinstance(error, OSError) and (known := of_system(error, self.machine.state.home)):
                raise known from None
            first = (str(error).strip().splitlines() or [""])[0]
            raise EmulatorError(f"{step}: {type(error).__name__}: {first}") from error
        self.machine.progress.end(step, _what(resource, previous))
        return outputs

    def invoke(self, token: str, args: Mapping[str, Any]) -> Mapping[str, Any]:
        """Look-ups are answered from data: there is one existing cluster, and it is this machine."""
        return answer(token, args, self.machine.account, self.machine.region)

    def delete(self, resource: Resource) -> None:
        """Removes what `ensure` made."""
        self._service(resource.type).delete(resource)

    def prune(self, graph: Graph) -> list[str]:
        """Deletes what is on record and not in `graph`, users before what they use; returns the names.

        Raises EmulatorError before deleting anything if one of them is protected.
        """
        present = {resource.urn for resource in graph.resources}
        leaving = [e for e in self.machine.journal if e.replaced or e.resource.urn not in present]
        guarded = [e.resource.name for e in leaving if (e.done or e.resource).protect]
        if guarded:
            raise EmulatorError(
                f"{guarded[0]} is protected and left the program; set its protect to false first."
            )
        for entry in reversed(_dependencies_first(leaving)):
            step = f"delete {entry.resource.type.rsplit(':', 1)[-1]} {entry.resource.name}"
            self.machine.progress.begin(step)
            self.delete(entry.done or entry.resource)
            self.machine.journal.remove(entry)
            self.machine.progress.end(step, "deleted")
        return [entry.resource.name for entry in leaving]


def _what(resource: Resource, previous: Resource | None) -> str:
    if previous is None:
        return MADE
    return "" if previous.inputs == resource.inputs else "updated"


def _dependencies_first(entries: list[Entry]) -> list[Entry]:
    """Each after everything that it depends on; the order of URNs where nothing else decides."""
    by_urn: dict[str, list[Entry]] = {}
    for entry in sorted(entries, key=lambda entry: entry.key):
        by_urn.setdefault(entry.resource.urn, []).append(entry)
    done: dict[str, None] = {}

    def visit(urn: str) -> None:
        if urn in done or urn not in by_urn:
            return
        resource = by_urn[urn][0].resource
        done[urn] = None
        for needed in (
            *resource.dependencies,
            *(u for us in resource.property_dependencies.values() for u in us),
        ):
            visit(needed)
        done[urn] = done.pop(urn)

    for urn in by_urn:
        visit(urn)
    return [entry for urn in done for entry in by_urn[urn]]
