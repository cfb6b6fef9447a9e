"""Repositories of a small program, for what is tested with git."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.review.repositories import PROD, commit, edit, program, repository


@pytest.fixture(scope="session")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two commits; the second changes a value in prod."""
    tree = repository(program(tmp_path_factory.mktemp("origin") / "tree"))
    edit(tree / PROD, 'size: "1"', 'size: "2"')
    commit(tree)
    return tree


@pytest.fixture
def clone(origin: Path, tmp_path: Path) -> Path:
    subprocess.run(["git", "clone", "--quiet", str(origin), str(tmp_path / "clone")], check=True)
    return tmp_path / "clone"
