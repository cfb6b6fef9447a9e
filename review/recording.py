"""The graphs of every stack of a revision, recorded by the revision's own program in its own process."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from offline.graph import Graph
from offline.sealed import open_graph

RECORDING_SECONDS = 300
"""Four stacks take a few seconds; a program that hangs must not hold the pipeline."""

_KEPT_VARIABLES = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR")
"""Nothing of the machine's cloud access reaches the program of a pull request."""


@dataclass(frozen=True)
class Recording:
    """One stack at one revision: a graph, or why there is none."""

    graph: Graph | None = None
    error: str = ""
    config: dict[str, Any] | None = None
    """The stack file's `config`, as written; None where the revision has no such file."""


@dataclass(frozen=True)
class Pair:
    """One stack at both revisions."""

    stack: str
    base: Recording
    head: Recording


def record_pairs(base: Path, head: Path) -> list[Pair]:
    """Every stack of either tree. What does not load is an error of that stack or of that side, no more."""
    key = secrets.token_hex(32)
    with ThreadPoolExecutor(2) as pool:
        old, new = pool.map(lambda tree: record_tree(tree, key), (base, head))
    return [
        Pair(stack, old.get(stack, Recording()), new.get(stack, Recording()))
        for stack in sorted({*old, *new})
    ]


def record_tree(tree: Path, key: str) -> dict[str, Recording]:
    """The stacks of one tree by name; secrets in the graphs are digests under `key`."""
    configs = {path.name.split(".")[1]: _config(path) for path in (tree / "stacks").glob("Pulumi.*.yaml")}
    environment = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "offline.sealed"],
            cwd=tree,
            env={**environment, "PYTHONPATH": str(tree), "PULUMI_ERROR_OUTPUT_STRING": "1"},
            input=key,
            capture_output=True,
            text=True,
            timeout=RECORDING_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        problem = f"the program does not end within {RECORDING_SECONDS} s"
        return {stack: Recording(error=problem, config=config) for stack, config in configs.items()}
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        problem = f"the program does not load: {said}"
        return {stack: Recording(error=problem, config=config) for stack, config in configs.items()}
    answers = json.loads(done.stdout)
    return {stack: _recording(answers.get(stack, {}), config) for stack, config in configs.items()}


def _recording(answer: dict[str, Any], config: dict[str, Any]) -> Recording:
    if "graph" not in answer:
        return Recording(error=answer.get("error", "it was not recorded"), config=config)
    return Recording(graph=open_graph(answer["graph"]), config=config)


def _config(path: Path) -> dict[str, Any]:
    try:
        return (yaml.safe_load(path.read_text()) or {}).get("config") or {}
    except (yaml.YAMLError, AttributeError):
        return {}
