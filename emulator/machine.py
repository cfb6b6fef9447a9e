"""What every back end works with: one stack's folders, ports, processes and record."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from emulator.certificates import Certificates
from emulator.journal import Journal
from emulator.paths import State
from emulator.ports import Ports
from emulator.progress import Progress, Silent
from emulator.substitutions import Substitutions
from emulator.supervisor import Supervisor
from offline.graph import Resource
from offline.outputs import computed


@dataclass(frozen=True)
class Machine:
    """Shared by the back ends of one stack."""

    state: State
    account: str = "111122223333"
    """AWS account that the stack file names; the emulated services answer with its ARNs."""
    region: str = "us-east-1"
    progress: Progress = Silent()

    @cached_property
    def ports(self) -> Ports:
        """Loopback ports by name."""
        return Ports(self.state)

    @cached_property
    def certificates(self) -> Certificates:
        """The stack's own certification authority."""
        return Certificates(self.state)

    @cached_property
    def substitutions(self) -> Substitutions:
        """The closed list of differences from AWS."""
        return Substitutions(self.state, self.region)

    @cached_property
    def supervisor(self) -> Supervisor:
        """Keeps the stack's processes."""
        return Supervisor(self.state)

    @cached_property
    def journal(self) -> Journal:
        """What was made real so far."""
        return Journal(self.state)

    def computed(self, resource: Resource) -> dict[str, Any]:
        """The outputs that the cloud would compute; a back end replaces those that are different here."""
        return computed(resource, self.account, self.region)


class Service(Protocol):
    """One back end: `emulator/backends/<service>.py`."""

    types: frozenset[str]
    """Resource types that it makes real."""

    def ensure(self, resource: Resource, previous: Resource | None) -> dict[str, Any]:
        """Makes the real thing as wanted and returns the outputs, `id` among them.

        Called on every run: must look at the real thing, change as little as needed, and restart nothing
        that is as wanted. `previous` is how it was when it was last ensured.
        """
        ...

    def delete(self, resource: Resource) -> None:
        """Removes the real thing; nothing happens if it is gone already."""
        ...
