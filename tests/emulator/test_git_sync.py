"""The stand-in for git-sync: real git on a real repository."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from emulator import git_sync
from tests.emulator.dag_places import commit_to


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    commit_to(tmp_path / "repository", "dags")("one.py", "1")
    return tmp_path / "repository"


def test_the_newest_commit_is_checked_out_and_the_one_before_leaves(tmp_path: Path, repository: Path) -> None:
    root = tmp_path / "root"
    first = git_sync.sync(root, repository.as_uri(), "main")
    assert git_sync.sync(root, repository.as_uri(), "main") == first
    commit_to(repository, "dags")("two.py", "2")
    second = git_sync.sync(root, repository.as_uri(), "main")
    assert {path.name for path in (root / "repo" / "dags").iterdir()} == {"one.py", "two.py"}
    assert [path.name for path in (root / ".worktrees").iterdir()] == [second]


def test_a_commit_stays_whatever_the_branch_does(tmp_path: Path, repository: Path) -> None:
    first = git_sync.sync(tmp_path / "root", repository.as_uri(), "main")
    commit_to(repository, "dags")("two.py", "2")
    assert git_sync.sync(tmp_path / "root", repository.as_uri(), first) == first


def test_a_failed_fetch_leaves_the_files(tmp_path: Path, repository: Path) -> None:
    root = tmp_path / "root"
    git_sync.sync(root, repository.as_uri(), "main")
    with pytest.raises(subprocess.CalledProcessError):
        git_sync.sync(root, repository.as_uri(), "no-such-branch")
    assert (root / "repo" / "dags" / "one.py").read_text() == "1"


def test_a_run_killed_between_checkout_and_link_is_repaired(tmp_path: Path, repository: Path) -> None:
    root = tmp_path / "root"
    commit = git_sync.sync(root, repository.as_uri(), "main")
    (root / "repo").unlink()
    (root / ".worktrees" / commit / "dags" / "one.py").unlink()
    git_sync.sync(root, repository.as_uri(), "main")
    assert (root / "repo" / "dags" / "one.py").read_text() == "1"


def test_the_locks_of_a_git_that_was_killed_are_lifted_at_the_start(
    tmp_path: Path, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "root"
    first = git_sync.sync(root, repository.as_uri(), "main")
    commit_to(repository, "dags")("two.py", "2")
    for lock in ("shallow.lock", "config.lock", f"worktrees/{first}/HEAD.lock"):
        (root / ".git" / lock).touch()
    with pytest.raises(subprocess.CalledProcessError):
        git_sync.sync(root, repository.as_uri(), "main")
    wanted = {"ROOT": str(root), "REPO": repository.as_uri(), "REF": "main", "ONE_TIME": "true"}
    for name, value in wanted.items():
        monkeypatch.setenv(f"GITSYNC_{name}", value)
    assert git_sync.main() == 0
    assert (root / "repo" / "dags" / "two.py").read_text() == "2"


def test_the_locks_of_a_git_that_works_stay(tmp_path: Path) -> None:
    works = git_sync.unlock(tmp_path)
    lock = tmp_path / ".git" / "shallow.lock"
    lock.parent.mkdir()
    lock.touch()
    os.close(git_sync.unlock(tmp_path))
    assert lock.exists()
    os.close(works)
    os.close(git_sync.unlock(tmp_path))
    assert not lock.exists()


def test_git_gets_the_given_key_and_nothing_of_the_persons(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_SSH_COMMAND", "ssh -i my-own-key")
    monkeypatch.setenv("GITSYNC_SSH_KEY_FILE", "/state/key of stack")
    monkeypatch.setenv("GITSYNC_SSH_KNOWN_HOSTS_FILE", "/state/hosts")
    command = git_sync.environment()["GIT_SSH_COMMAND"]
    assert "-i '/state/key of stack'" in command
    assert "StrictHostKeyChecking=yes -o UserKnownHostsFile=/state/hosts" in command
    assert "my-own-key" not in command


def test_git_asks_for_the_given_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITSYNC_USERNAME", "somebody")
    monkeypatch.setenv("GITSYNC_PASSWORD", "hunter2")
    asked = subprocess.run(
        ["git", "credential", "fill"],
        input="protocol=https\nhost=git.example.com\n\n",
        env=git_sync.environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert "username=somebody\npassword=hunter2\n" in asked.stdout
