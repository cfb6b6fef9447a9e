"""What no graph shows: changes of what judges the change, and of what is deployed without being recorded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from offline.program import LOADER
from review.text import named

JUDGES = (
    *("review/", "policies/", "offline/", "operations/", "scripts/", ".github/", "Makefile"),
    *("stacks/review_section.py", ".trivyignore.yaml"),
)
"""Files and folders that decide whether a change may be merged."""
BESIDE = ("docs/", "tests/", "emulator/", "reference/", "dags/", "README.md", "requirements-dev.", ".git")
"""Nothing of these is in a stack; the graph does not show what else a program may do in the cloud alone."""
PROJECT = "Pulumi.yaml"
_STACK_FILES = "stacks/Pulumi."
_READ_HERE = {"stackConfigDir": "stacks", "main": "."}
"""Where Pulumi finds a program and its stacks, as far as a recording can follow."""
_NAMED = 10
"""Files that one line names."""


def warnings(files: Sequence[str]) -> Iterator[str]:
    """A line about each kind of these files, all that the change touches; none where there are none."""
    judges = [file for file in files if file.startswith(JUDGES)]
    if judges:
        yield f"⚠️ **This change touches what judges it**, so read these first: {named(judges, _NAMED)}"
    deployed = [file for file in files if not file.startswith((*JUDGES, *BESIDE, _STACK_FILES))]
    if deployed:
        text = "Of what is deployed these changed; what they do outside of the graph is not shown here: "
        yield text + named(deployed, _NAMED)


def project_problem(tree: Path) -> str:
    """Why Pulumi would run something else than what is recorded; empty where it does not."""
    if not (tree / PROJECT).exists():
        return ""
    project = _project(tree)
    for key, followed in _READ_HERE.items():
        if Path(str(project.get(key, "."))) != Path(followed):
            return f"{PROJECT}: {key}: the report follows {followed!r} alone; take the change back"
    return ""


def _project(tree: Path) -> dict[str, Any]:
    """What the file has, as far as it can be read: the program's own checks tell what is wrong with it."""
    try:
        found = yaml.load((tree / PROJECT).read_text(encoding="utf-8"), Loader=LOADER)  # noqa: S506 - a safe one
    except (OSError, ValueError, yaml.YAMLError):
        return {}
    return found if isinstance(found, dict) else {}
