"""Providers: the emulator talks to its own servers, so a provider is a name and nothing more."""

from __future__ import annotations

from typing import Any

from emulator.machine import Machine
from offline.graph import Resource


class Providers:
    """Gives every provider an identifier."""

    types = frozenset({"pulumi:providers:"})

    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    def ensure(self, resource: Resource, previous: Resource | None) -> dict[str, Any]:
        """Nothing to make."""
        return self._machine.computed(resource)

    def delete(self, resource: Resource) -> None:
        """Nothing was made."""
