"""What every back end works with: one stack's folders, ports, processes and record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from emulator.certificates import Certificates
from emulator.errors import EmulatorError
from emulator.journal import Journal
from emulator.listeners import held_by
from emulator.paths import State
from emulator.ports import Ports
from emulator.progress import Progress, Silent
from emulator.substitutions import Substitutions
from emulator.supervisor import Supervisor
from offline.graph import Resource
from offline.outputs import computed

T = TypeVar("T")


class Machine:
    """Shared by the back ends of one stack, which use it from several threads."""

    def __init__(
        self,
        state: State,
        *,
        account: str = "111122223333",
        region: str = "us-east-1",
        progress: Progress | None = None,
    ) -> None:
        """`account` and `region` are those of the stack file: the emulated services answer with its ARNs."""
        self.state = state
        self.account = account
        self.region = region
        self.progress: Progress = progress or Silent()
        self.ports = Ports(state)
        self.certificates = Certificates(state)
        self.substitutions = Substitutions(state, region)
        self.supervisor = Supervisor(state)
        self.journal = Journal(state)

    def serve(
        self, program: str, start: Callable[[int], T], *, name: str = "", prefer: int | None = None
    ) -> T:
        """Starts a server on the port `name` (the program's own unless given) and returns what `start` does.

        Between the choice of a port and a server's start anybody may take it; then another is tried, once.
        """
        name = name or program
        # One that is still starting listens already: after a run that was killed, its port is ours.
        port = self.ports.port(name, prefer=prefer, running=self.supervisor.pid(program) != 0)
        try:
            return start(port)
        except EmulatorError:
            if held_by(port, self.supervisor.pid(program)) is not False:
                raise
            self.progress.say(f"{program}: another program took port {port} meanwhile")
            return start(self.ports.port(name))

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
