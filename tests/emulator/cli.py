"""The emulator's command line inside a test: exit code and what it printed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from emulator import __main__ as emulator
from emulator import interruption, paths

Run = Callable[..., "Said"]


@dataclass(frozen=True)
class Said:
    """One command's end."""

    code: int
    out: str
    error: str

    @property
    def line(self) -> str:
        """The one line on standard error; more than one is a failure, and so is success."""
        assert self.code == 1, self.out
        assert self.error.count("\n") == 1, self.error
        assert self.error.startswith("emulator: ")
        return self.error


def runner(home: Path, patch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """`run("up", "local")` with the state below `home`."""
    patch.setattr(paths, "HOME", home)
    patch.setattr(interruption, "stop_at_once", lambda farewell: None)  # pytest keeps its own Ctrl-C

    def run(*arguments: str) -> Said:
        capsys.readouterr()
        code = emulator.main(list(arguments))
        captured = capsys.readouterr()
        return Said(code, captured.out, captured.err)

    return run
