"""Two revisions of the repository as folders of their own; the working tree is never touched."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from review.errors import ReviewError


def git(repository: Path, *arguments: str) -> str:
    """Output of a git command. Raises ReviewError with git's own last line."""
    done = subprocess.run(
        ["git", "-C", str(repository), *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise ReviewError(f"git {arguments[0]}: {said}")
    return done.stdout.strip()


def commit_of(repository: Path, revision: str) -> str:
    """The commit that a branch, tag or hash stands for.

    Raises ReviewError with the remedy, a missing history above all: pipelines clone just one commit.
    """
    try:
        return git(repository, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    except ReviewError:
        remedy = "give a branch, tag or commit of this repository"
        if git(repository, "rev-parse", "--is-shallow-repository") == "true":
            remedy = (
                f"this clone is shallow: git fetch --depth=1 origin {revision}, or clone with full history"
            )
        raise ReviewError(f"{revision}: no such revision here; {remedy}") from None


def uncommitted(repository: Path) -> list[str]:
    """Files that no revision contains, and so no report."""
    return [line[3:] for line in git(repository, "status", "--porcelain").splitlines()]


@contextmanager
def checked_out(repository: Path, commit: str) -> Iterator[Path]:
    """The files of a commit in a temporary worktree, which is gone afterwards, whatever happened."""
    with tempfile.TemporaryDirectory(prefix="review-") as folder:
        tree = Path(folder) / "tree"
        git(repository, "worktree", "add", "--detach", "--quiet", str(tree), commit)
        try:
            yield tree
        finally:
            git(repository, "worktree", "remove", "--force", str(tree))
