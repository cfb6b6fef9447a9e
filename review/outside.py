"""What no graph shows: changes of what judges the change, and of what is deployed without being recorded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from offline.program import LOADER

JUDGES = (
    *("review/", "policies/", "offline/", "operations/", "scripts/", ".github/", "Makefile"),
    "stacks/review_section.py",
)
"""Files and folders that decide whether a change may be merged."""
DEPLOYED = ("__main__.py", "components/", "stacks/", "Pulumi.yaml", "requirements.txt", "image/")
"""What a stack is made of. An edit may do nothing in a recording, and something in the cloud."""
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
        yield f"⚠️ **This change touches what judges it**, so read these first: {_named(judges)}"
    deployed = [
        file for file in files if file.startswith(DEPLOYED) and not file.startswith((*JUDGES, _STACK_FILES))
    ]
    if deployed:
        text = "Of what is deployed these changed; what they do outside of the graph is not shown here: "
        yield text + _named(deployed)


def _named(files: Sequence[str]) -> str:
    more = [f"and {len(files) - _NAMED} more"] if len(files) > _NAMED else []
    return ", ".join([*(f"`{file}`" for file in files[:_NAMED]), *more])


def project_problem(tree: Path) -> str:
    """Why Pulumi would run something else than what is recorded; empty where it does not."""
    project = _project(tree)
    for key, followed in _READ_HERE.items():
        if str(project.get(key, followed)).strip("/") not in (followed, f"./{followed}"):
            return f"{PROJECT}: {key}: the report reads {followed!r} alone; take the key back"
    return ""


def _project(tree: Path) -> dict[str, Any]:
    """What the file has, as far as it can be read: the program's own checks tell what is wrong with it."""
    try:
        found = yaml.load((tree / PROJECT).read_text(encoding="utf-8"), Loader=LOADER)  # noqa: S506 - a safe one
    except (OSError, ValueError, yaml.YAMLError):
        return {}
    return found if isinstance(found, dict) else {}
