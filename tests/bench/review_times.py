"""How long the pull request's report takes: four stacks, both revisions, rendered and not."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from offline import ROOT
from offline.chart import VARIABLE
from tests.bench.report import Measure, timed


def measure(runs: int) -> Iterator[Measure]:
    """Of an edit that restarts every pod, on top of the last commit; rendered too with AIRFLOW_CHART."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        tree = Path(folder) / "tree"
        git("clone", "--quiet", str(ROOT), str(tree))
        for file in (tree / "stacks").glob("Pulumi.*.yaml"):
            text = file.read_text().replace("max_active_tasks_per_dag: 16", "max_active_tasks_per_dag: 15")
            file.write_text(text)
        author = ("-c", "user.name=bench", "-c", "user.email=bench@example.com")
        git("-C", str(tree), *author, "commit", "--quiet", "--all", "--message", "edit")
        environment = {name: value for name, value in os.environ.items() if name != VARIABLE}
        yield timed("the report of four stacks", lambda: review(tree, environment), runs)
        if chart := os.environ.get(VARIABLE):
            rendered = {**environment, VARIABLE: str(Path(chart).absolute())}
            yield timed("the same with rendered objects", lambda: review(tree, rendered), runs)


def git(*arguments: str) -> None:
    subprocess.run(["git", *arguments], check=True)


def review(tree: Path, environment: dict[str, str]) -> None:
    """Raises CalledProcessError if the edit blocks, or cannot be reported."""
    command = [sys.executable, "-m", "review", "HEAD~1", "--output", "out"]
    subprocess.run(command, cwd=tree, env=environment, check=True, stdout=subprocess.DEVNULL)
