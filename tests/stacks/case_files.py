"""Reads the case files: a change of a committed stack file, and the lines that it must print."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.stacks.stack_files import changed, sections, without

FOLDER = Path(__file__).parent / "cases"
KEYS = {"stack", "overrides", "remove", "secrets_encrypted", "expected"}


@dataclass(frozen=True)
class Case:
    """One case file."""

    name: str
    content: dict[str, Any]
    """The sections after the change."""
    encrypted: bool
    """Whether the given secrets are secrets."""
    expected: list[str]


@cache
def cases() -> list[Case]:
    """All of them, by name: `<subject>.<happy|error>.<reason>.yaml`."""
    return [_read(path) for path in sorted(FOLDER.glob("*.yaml"))]


def _read(path: Path) -> Case:
    case = yaml.safe_load(path.read_text())
    assert set(case) <= KEYS, f"{path.name}: unknown keys {set(case) - KEYS}"
    content = changed(sections(case["stack"]), case.get("overrides", {}))
    for removed in case.get("remove", []):
        content = without(content, removed)
    return Case(path.stem, content, case.get("secrets_encrypted", True), case["expected"])
