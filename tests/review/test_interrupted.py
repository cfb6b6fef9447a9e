"""A run that is interrupted or killed leaves neither worktrees nor half a report."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.review.repositories import PROGRAM, commit, git, review


def started(tree: Path) -> subprocess.Popen[str]:
    """A review of a program that hangs, when its worktrees are there."""
    command = [sys.executable, "-m", "review", "HEAD~1", "--output", "out"]
    process = subprocess.Popen(command, cwd=tree, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    end = time.monotonic() + 60
    while not (tree / "started").exists():
        assert time.monotonic() < end
        time.sleep(0.1)
    return process


@pytest.fixture
def hanging(clone: Path) -> Path:
    (clone / "__main__.py").write_text(
        f"{PROGRAM}\nimport pathlib, time\n"
        f"pathlib.Path({str(clone / 'started')!r}).touch()\n"
        "time.sleep(1000)\n"
    )
    commit(clone)
    return clone


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_leaves_nothing_behind(hanging: Path, number: signal.Signals) -> None:
    process = started(hanging)
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    assert said == "review: interrupted; nothing was written\n"
    assert process.returncode == 128 + number
    assert git(hanging, "worktree", "list").count("\n") == 0
    assert list((hanging / "out").iterdir()) == []


def test_the_next_run_removes_what_a_killed_one_left_and_nothing_of_a_living_one(hanging: Path) -> None:
    killed = started(hanging)
    left = worktrees(hanging)
    killed.kill()
    killed.communicate()
    (hanging / "started").unlink()
    assert worktrees(hanging) == left
    living = started(hanging)
    assert len(worktrees(hanging)) == len(left)
    assert not set(left) & set(worktrees(hanging))
    assert not any(path.exists() for path in left)
    assert review(hanging, "HEAD~1", "HEAD~1").returncode == 0
    assert all(path.exists() for path in worktrees(hanging))
    living.terminate()
    living.communicate()
    assert worktrees(hanging) == []


def worktrees(tree: Path) -> list[Path]:
    lines = git(tree, "worktree", "list", "--porcelain").splitlines()
    return [Path(each.split()[1]) for each in lines if each.startswith("worktree ")][1:]
