"""A machine of its own for each test that starts real servers; what a test started is stopped with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator.machine import Machine
from emulator.paths import State


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Machine]:
    """A stack that was never brought up."""
    machine = Machine(State("test", tmp_path / "home"))
    yield machine
    machine.supervisor.shutdown()
    machine.state.remove()
