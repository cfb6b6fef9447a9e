"""The same commits give the same bytes on every machine: folder, locale, time zone, seed, umask, cores.

With AIRFLOW_CHART the rendered objects are among them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from offline import ROOT
from tests.review.repositories import commit, edit, repository

IGNORED = shutil.ignore_patterns("__pycache__", "tests", ".*", "docs", "image", "emulator", "operations")
ELSEWHERE = {
    "TZ": "Pacific/Kiritimati",
    "LC_ALL": "C",
    "LANG": "tr_TR.ISO-8859-9",
    "PYTHONHASHSEED": "7",
    "PYTHONIOENCODING": "latin-1",
    "AWS_REGION": "eu-central-1",
}


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole program, with an edit of every stack that touches many kinds of resources."""
    tree = tmp_path_factory.mktemp("here") / "tree"
    shutil.copytree(ROOT, tree, ignore=IGNORED)
    repository(tree)
    for file in (tree / "stacks").glob("Pulumi.*.yaml"):
        edit(file, "jwt_secret: 1", "jwt_secret: 2")
        edit(file, "env: {}", 'env: {EXAMPLE: "ä|\u202e"}')
    edit(tree / "stacks" / "Pulumi.prod.yaml", "name: airflow\n    username", "name: other\n    username")
    commit(tree)
    return tree


def reported(tree: Path, environment: dict[str, str], *, cores: set[int], mask: int) -> list[bytes]:
    def prepared() -> None:
        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, cores)
        os.umask(mask)

    done = subprocess.run(
        [sys.executable, "-m", "review", "HEAD~1", "--output", "out"],
        cwd=tree,
        env={**os.environ, **environment},
        preexec_fn=prepared,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    files = [(tree / "out" / name).read_bytes() for name in ("review.md", "review.json")]
    shutil.rmtree(tree / "out")
    return [*files, done.stdout]


def test_the_same_commits_give_the_same_bytes_everywhere(program: Path, tmp_path: Path) -> None:
    cores = set(range(os.cpu_count() or 1))
    here = reported(program, {}, cores=cores, mask=0o022)
    elsewhere = tmp_path / "ein anderer Ort"
    subprocess.run(["git", "clone", "--quiet", str(program), str(elsewhere)], check=True)
    assert reported(elsewhere, ELSEWHERE, cores={0}, mask=0o077) == here
    assert b"jwt-secret-2" in here[0]
    assert str(program).encode() not in b"".join(here)
