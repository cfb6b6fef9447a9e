"""The graphs of every stack of a revision, recorded by the revision's own program in its own process."""

from __future__ import annotations

import asyncio
import json
import os
import re
import secrets
import signal
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import IO, Any

from offline.graph import Graph
from offline.sealed import open_graph
from review.outside import project_problem
from review.stack_files import StackFile, read_stack_files

SECONDS = 60
"""For one stack, which takes less than one; a program that hangs must not hold the pipeline."""
LONGEST_LINE = 2**28
"""Bytes of a sealed graph; a stack has about 2**19."""
_KEPT_VARIABLES = ("PATH", "LD_LIBRARY_PATH", "TMPDIR")
"""Nothing of the machine's cloud access, language and time zone reaches the program of a pull request."""
_TOLD = re.compile(r"(SyntaxError|ImportError|ModuleNotFoundError): .*|\w+(?=: |$)")
"""What may be told of an exception: its type, and the text of one that is about code."""


@dataclass(frozen=True)
class Recording:
    """One stack at one revision: a graph, or why there is none."""

    graph: Graph | None = None
    error: str = ""
    config: dict[str, Any] | None = None
    """The stack file's `config`, as written; None where the revision has no such file."""
    encryption: Mapping[str, str] = field(default_factory=dict)
    """What encrypts the stack file's secrets: its keys beside `config`."""


@dataclass(frozen=True)
class Pair:
    """One stack at both revisions."""

    stack: str
    base: Recording
    head: Recording
    day: date | None = None
    """Of the commits: waivers are judged on it, so that time alone changes no report. None is today."""


def record_pairs(base: Path, head: Path, day: date | None = None) -> list[Pair]:
    """Every stack of either tree. What does not load is an error of that stack or of that side, no more."""
    key = secrets.token_hex(32)

    async def both() -> tuple[dict[str, Recording], dict[str, Recording]]:
        return await asyncio.gather(record_tree(base, key), record_tree(head, key))

    old, new = asyncio.run(both())
    return [
        Pair(stack, old.get(stack, Recording()), new.get(stack, Recording()), day)
        for stack in sorted({*old, *new})
    ]


async def record_tree(tree: Path, key: str) -> dict[str, Recording]:
    """The stacks of one tree by name; secrets in the graphs are digests under `key`."""
    files, problem = read_stack_files(tree), project_problem(tree)
    answers: dict[str, dict[str, Any]] = {
        stack: {"error": file.error or problem} for stack, file in files.items() if file.error or problem
    }
    while waiting := [stack for stack in files if stack not in answers]:
        problem, loaded = await _answers(tree, key, waiting, answers)
        missing = [stack for stack in waiting if stack not in answers]
        # A program that could be loaded did no harm to the stacks behind the one at which it stopped.
        for stack in missing[:1] if loaded else missing:
            answers[stack] = {"error": problem}
    return {stack: _recording(answers[stack], file) for stack, file in files.items()}


async def _answers(
    tree: Path, key: str, stacks: Sequence[str], answers: dict[str, dict[str, Any]]
) -> tuple[str, bool]:
    """Adds what one process says of these stacks. Returns why it says no more, and whether it began."""
    with tempfile.TemporaryFile() as errors:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "offline.sealed", *stacks),
            cwd=tree,
            env=_environment(tree),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
            limit=LONGEST_LINE,
            start_new_session=True,
        )
        loaded = False
        try:
            if process.stdin and process.stdout:
                process.stdin.write(key.encode())
                process.stdin.close()
                while any(stack not in answers for stack in stacks):
                    line = await asyncio.wait_for(process.stdout.readline(), SECONDS)
                    if not line:
                        return _ended(await process.wait(), loaded, errors), loaded
                    loaded = True
                    answers.update(_parsed(line))
        except TimeoutError:
            return f"the program does not end within {SECONDS} s", loaded
        finally:
            # With all that it may have started.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
    return "", loaded


def _environment(tree: Path) -> dict[str, str]:
    """The same on every machine."""
    return {
        **{name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ},
        **{"HOME": str(tree), "PYTHONPATH": str(tree), "TZ": "UTC"},
        **{"PYTHONUTF8": "1", "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"},
        "PULUMI_ERROR_OUTPUT_STRING": "1",
    }


def _parsed(line: bytes) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _ended(code: int, loaded: bool, errors: IO[bytes]) -> str:
    if loaded:
        how = f"exit code {code}" if code >= 0 else f"signal {-code}"
        return f"the program's process ends by itself, with {how}"
    errors.seek(0)
    lines = errors.read().decode(errors="replace").strip().splitlines() or [""]
    said = _TOLD.match(lines[-1])
    return f"the program does not load: {said[0] if said else f'exit code {code}'}"


def _recording(answer: dict[str, Any], file: StackFile) -> Recording:
    graph, error = None, str(answer.get("error", "it was not recorded"))
    if "graph" in answer:
        try:
            graph, error = open_graph(answer["graph"]), ""
        except (LookupError, TypeError, AttributeError):
            error = "this revision records graphs of a form that is not known here"
    return Recording(graph=graph, error=error, config=file.config, encryption=file.encryption)
