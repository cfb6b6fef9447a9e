"""What may be told of a failure: one line, without values that nobody meant to show."""

from __future__ import annotations

import os
import traceback
from pathlib import Path

import pulumi

from offline.program import ROOT

_MEANT_TO_BE_READ = (pulumi.RunError, SyntaxError, ImportError)
"""Errors whose text is written for people, or by the interpreter about code."""
_LIKEWISE = (ValueError, LookupError)
"""The same, but not their subclasses, whose texts are made of values."""


def told(problem: BaseException) -> str:
    """The text of an error that is meant to be read; of any other the type alone, and where it was raised."""
    kind = type(problem)
    if isinstance(problem, _MEANT_TO_BE_READ) or kind in _LIKEWISE:
        return " ".join(str(problem).replace(f"{ROOT}{os.sep}", "").split())
    return typed(problem)


def typed(problem: BaseException) -> str:
    """The error's type, and the line of this repository where it was raised."""
    frames = [
        (Path(frame.f_code.co_filename), line) for frame, line in traceback.walk_tb(problem.__traceback__)
    ]
    own = [(file.relative_to(ROOT), line) for file, line in frames if file.is_relative_to(ROOT)]
    own = [(file, line) for file, line in own if file.parts[0] != ".venv"]
    return f"{type(problem).__name__} in {own[-1][0]}, line {own[-1][1]}" if own else type(problem).__name__
