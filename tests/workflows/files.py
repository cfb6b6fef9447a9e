"""The workflows as data: files, jobs, steps, and the text of every `run`."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".github"
WORKFLOWS = sorted((FOLDER / "workflows").glob("*.y*ml"))
ACTIONS = sorted((FOLDER / "actions").glob("*/action.y*ml"))


@dataclass(frozen=True)
class Job:
    """One job of a workflow."""

    workflow: str
    name: str
    content: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.workflow}/{self.name}"


@cache
def read(path: Path) -> dict[Any, Any]:
    """The file. YAML 1.1 reads the key `on` as True."""
    content = yaml.safe_load(path.read_text())
    return {("on" if key is True else key): value for key, value in content.items()}


def jobs() -> list[Job]:
    """Every job of every workflow."""
    return [Job(path.stem, name, job) for path in WORKFLOWS for name, job in read(path)["jobs"].items()]


def steps() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every step of jobs and of our own actions, with where it stands."""
    for job in jobs():
        yield from ((str(job), step) for step in job.content.get("steps", []))
    for path in ACTIONS:
        yield from ((path.parent.name, step) for step in read(path)["runs"]["steps"])


def commands() -> Iterator[tuple[str, str]]:
    """The text of every `run`, with where it stands."""
    yield from ((where, step["run"]) for where, step in steps() if "run" in step)
