"""Verdicts on disk, so that an interrupted run goes on where it was; of other sources they say nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from offline import ROOT
from tests.mutation.judge import Verdict
from tests.mutation.mutants import Mutant

FOLDER = ROOT / ".mutation"
JUDGES = (
    *("components", "stacks", "offline", "policies", "reference", "tests"),
    *("__main__.py", "docs", "README.md"),
)
"""What a verdict depends on; the documents are golden files of the settings."""
NOT_JUDGES = ("docs/MUTATION.md", "tests/mutation/survivors.yaml")
"""Written after the verdicts."""


def state(root: Path = ROOT) -> str:
    """A hash of everything that verdicts depend on."""
    found = hashlib.sha256()
    for path in sorted(file for name in JUDGES for file in _files(root / name)):
        name = path.relative_to(root).as_posix()
        if name not in NOT_JUDGES:
            found.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest()[:12]


def _files(path: Path) -> Iterable[Path]:
    if path.is_file():
        return [path]
    return (f for f in path.rglob("*") if f.is_file() and "__pycache__" not in f.parts)


class Results:
    """The verdicts on one state of the sources."""

    def __init__(self, state: str, folder: Path = FOLDER) -> None:
        self._path = folder / f"{state}.jsonl"
        folder.mkdir(exist_ok=True)
        self.found: dict[tuple[str, str], Verdict] = {}
        """File and name of a mutant to its verdict."""
        for line in self._path.read_text().splitlines() if self._path.exists() else ():
            self._take(json.loads(line))

    def add(self, mutant: Mutant, verdict: Verdict) -> None:
        """Kept at once: whatever ends the run, this is known."""
        entry = {"file": mutant.file, "name": mutant.name, **asdict(verdict)}
        with self._path.open("a") as file:
            file.write(json.dumps(entry) + "\n")
        self._take(entry)

    def _take(self, entry: dict[str, str]) -> None:
        self.found[entry["file"], entry["name"]] = Verdict(entry["kind"], entry["by"])
