"""The command on real repositories: good and bad revisions, stacks of one side, dirty and shallow clones."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from offline import ROOT
from review.__main__ import allowed

IGNORED = (".git", ".venv", ".venv-airflow", ".venv-checkov", ".emulator", "__pycache__")
Run = Callable[..., subprocess.CompletedProcess[str]]


def git(tree: Path, *arguments: str) -> str:
    name = ["-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"]
    done = subprocess.run(
        ["git", "-C", str(tree), *name, *arguments], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This program as the first commit of a repository."""
    tree = tmp_path_factory.mktemp("origin") / "program"
    tree.mkdir()
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    for name in listed:
        source = ROOT / name
        if source.is_file() and not name.startswith("tests/"):
            target = tree / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes())
    git(tree, "init", "--quiet", "--initial-branch=main")
    git(tree, "add", "-A")
    git(tree, "commit", "--quiet", "-m", "base")
    return tree


@pytest.fixture
def clone(origin: Path, tmp_path: Path) -> Path:
    subprocess.run(["git", "clone", "--quiet", str(origin), str(tmp_path / "clone")], check=True)
    return tmp_path / "clone"


def review(tree: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "review", *arguments, "--output", str(tree / "out")],
        cwd=tree,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def commit(tree: Path, file: str, change: Callable[[str], str]) -> None:
    path = tree / file
    path.write_text(change(path.read_text()))
    git(tree, "commit", "--quiet", "-am", "change")


def test_a_blocked_change_beside_a_stack_that_is_not_valid_and_files_that_are_not_committed(
    clone: Path,
) -> None:
    commit(clone, "stacks/Pulumi.prod.yaml", lambda text: text.replace("name: airflow", "name: other"))
    commit(clone, "stacks/Pulumi.dev.yaml", lambda text: text + "\n  airflow:typo: {}\n")
    (clone / "notes.txt").write_text("not committed")
    done = review(clone, "origin/main")
    assert done.returncode == 2, done.stderr
    assert "review: 1 uncommitted file(s) are not part of this report, such as notes.txt." in done.stdout
    assert (
        "dev: head is not recorded: Stack configuration is not valid: airflow:typo: unknown key"
        in done.stdout
    )
    assert "prod: ⛔ blocked" in done.stdout
    assert "staging: ✅ no change" in done.stdout
    body = json.loads((clone / "out" / "review.json").read_text())
    assert "database-instance" in body["stacks"]["prod"]["blocking"]
    assert "**staging**: no change." in (clone / "out" / "review.md").read_text()
    assert git(clone, "worktree", "list").count("\n") == 0
    assert (clone / "notes.txt").exists()


def test_a_base_that_does_not_load_is_one_line_per_stack(clone: Path) -> None:
    commit(clone, "__main__.py", lambda text: f"{text}\nraise SystemError('half a program')\n")
    commit(clone, "__main__.py", lambda text: text.replace("raise SystemError('half a program')\n", ""))
    done = review(clone, "HEAD~1")
    assert done.returncode == 2
    assert done.stdout.count("base is not recorded: ") == 4
    assert "half a program" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_a_stack_file_on_one_side_only_is_a_new_or_a_removed_stack(clone: Path) -> None:
    git(clone, "mv", "stacks/Pulumi.dev.yaml", "stacks/Pulumi.lab.yaml")
    git(clone, "commit", "--quiet", "-m", "renamed")
    done = review(clone, "origin/main")
    assert "lab: ✅ can be merged" in done.stdout
    assert "dev: ⛔ blocked" in done.stdout


@pytest.mark.parametrize("revision", ["no-such-branch", "--upload-pack=x"])
def test_an_unknown_revision_is_one_line(clone: Path, revision: str) -> None:
    done = review(clone, "--", revision) if revision.startswith("-") else review(clone, revision)
    assert done.returncode in (1, 2)
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) <= 6


def test_a_shallow_clone_names_the_remedy(origin: Path, tmp_path: Path) -> None:
    tree = tmp_path / "shallow"
    subprocess.run(["git", "clone", "--quiet", "--depth=1", f"file://{origin}", str(tree)], check=True)
    done = review(tree, "feature")
    assert done.returncode == 1
    assert done.stderr.startswith("review: feature: no such revision here; this clone is shallow: git fetch")


def test_labels_allow_by_their_names() -> None:
    assert allowed('["bug", "allow:database-instance", "allow:price"]') == ["database-instance", "price"]
    assert allowed("[]") == []
