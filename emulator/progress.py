"""Tells what happens: a live line on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import threading
import time
from typing import Protocol, TextIO

from rich.console import Console
from rich.markup import escape
from rich.status import Status

SLOW_SECONDS = 0.5
"""A step that takes longer than this gets a line of its own."""

MADE = "made"
"""The note of a first time; a hundred of them go by in seconds, so only slow ones are worth a line."""


class Progress(Protocol):
    """Where a run reports to. Called from several threads; texts hold no secret."""

    def begin(self, step: str) -> None:
        """A step (usually one resource) has begun."""
        ...

    def end(self, step: str, note: str = "") -> None:
        """It has ended well; `note` says what was done, empty if everything was as wanted."""
        ...

    def say(self, text: str) -> None:
        """One line for the reader, such as a difference from AWS that they should know of."""
        ...

    def close(self) -> None:
        """Nothing more will be reported."""
        ...


class Silent:
    """Reports nothing; for tests and for callers that only want the result."""

    def begin(self, step: str) -> None:
        """Nothing."""

    def end(self, step: str, note: str = "") -> None:
        """Nothing."""

    def say(self, text: str) -> None:
        """Nothing."""

    def close(self) -> None:
        """Nothing."""


class Lines:
    """Plain lines: one per step that did something or took its time, with the seconds since the start."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self._lock = threading.Lock()
        self._start = time.monotonic()
        self._begun: dict[str, float] = {}
        self.steps = 0

    def begin(self, step: str) -> None:
        """Remembers when."""
        with self._lock:
            self._begun[step] = time.monotonic()

    def end(self, step: str, note: str = "") -> None:
        """Prints the step if there is something to tell."""
        with self._lock:
            took = time.monotonic() - self._begun.pop(step, time.monotonic())
            self.steps += 1
        if note not in ("", MADE) or took > SLOW_SECONDS:
            self.say(f"{step}: {note or 'ready'} ({took:.1f} s)")

    def say(self, text: str) -> None:
        """Prints `[seconds] text`."""
        with self._lock:
            print(f"[{time.monotonic() - self._start:6.1f} s] {text}", file=self._stream, flush=True)

    def close(self) -> None:
        """Nothing is open."""


class Live(Lines):
    """The same lines above one that shows what is being worked on now."""

    def __init__(self, console: Console) -> None:
        super().__init__()
        self._console = console
        self._status: Status = console.status("starting")
        self._status.start()

    def _show(self) -> None:
        busy = ", ".join(list(self._begun)[-3:])
        self._status.update(f"{self.steps} resources ready; {escape(busy)}")

    def begin(self, step: str) -> None:
        """Shows it in the live line."""
        super().begin(step)
        self._show()

    def end(self, step: str, note: str = "") -> None:
        """Takes it out of the live line."""
        super().end(step, note)
        self._show()

    def say(self, text: str) -> None:
        """Prints a line above the live one."""
        seconds = time.monotonic() - self._start
        self._console.print(f"[dim]{seconds:6.1f} s[/dim] {escape(text)}", highlight=False, soft_wrap=True)

    def close(self) -> None:
        """Takes the live line away."""
        self._status.stop()


def progress() -> Progress:
    """The form that fits standard output."""
    console = Console()
    return Live(console) if console.is_terminal else Lines()
