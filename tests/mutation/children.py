"""One process per mutant, forked from one that has imported the SDKs: a second each, not five."""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass

import offline
from tests.mutation.imports import imported
from tests.mutation.judge import BROKEN, Verdict, judge
from tests.mutation.mutants import Mutant

PROCESSES = 2
LIMIT_SECONDS = 180
"""A mutant may loop for ever."""


@dataclass(frozen=True)
class Child:
    """A judgement under way."""

    mutant: Mutant
    pid: int
    pipe: int
    until: float


def warm_up() -> None:
    """Imports what no mutant changes; the SDKs load their modules when they are first used."""
    import pytest  # noqa: F401

    for stack in ("prod", "local"):
        offline.record(stack)
    imported()
    gc.collect()
    gc.freeze()  # else the children's collections would look at all of it, and copy its pages
    gc.disable()


def verdicts(mutants: Iterable[Mutant]) -> Iterator[tuple[Mutant, Verdict]]:
    """Each mutant with its verdict, in the order in which they end."""
    waiting, running = iter(mutants), dict[int, Child]()
    try:
        while True:
            while len(running) < PROCESSES and (mutant := next(waiting, None)):
                child = _start(mutant)
                running[child.pipe] = child
            if not running:
                return
            ready, _, _ = select.select(list(running), [], [], 1)
            for pipe in ready:
                yield _ended(running.pop(pipe))
            for child in [c for c in running.values() if c.until < time.monotonic()]:
                os.killpg(child.pid, signal.SIGKILL)
                del running[child.pipe]
                _reap(child)
                yield child.mutant, Verdict(BROKEN, f"not judged within {LIMIT_SECONDS} s")
    finally:
        for child in running.values():
            os.killpg(child.pid, signal.SIGKILL)
            _reap(child)


def _start(mutant: Mutant) -> Child:
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.setpgid(0, 0)
        os.close(reading)
        _judge_and_exit(mutant, writing)
    os.close(writing)
    return Child(mutant, pid, reading, time.monotonic() + LIMIT_SECONDS)


def _judge_and_exit(mutant: Mutant, writing: int) -> None:
    """The child's whole life: what it prints goes nowhere, and no clean-up of the parent's runs in it."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        silent = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(silent, stream)
        try:
            verdict = judge(mutant)
        except BaseException as error:  # also SystemExit: whatever a mutant does, it gets a verdict
            verdict = Verdict(BROKEN, f"{type(error).__name__}: {error}"[:200])
        os.write(writing, json.dumps(asdict(verdict)).encode())
    finally:
        os._exit(0)


def _ended(child: Child) -> tuple[Mutant, Verdict]:
    text = b""
    while part := os.read(child.pipe, 65_536):
        text += part
    _reap(child)
    return child.mutant, Verdict(**json.loads(text)) if text else Verdict(BROKEN, "its process died")


def _reap(child: Child) -> None:
    os.close(child.pipe)
    os.waitpid(child.pid, 0)
