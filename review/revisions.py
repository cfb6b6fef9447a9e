"""Two revisions of the repository as folders of their own; the working tree is never touched."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, date, datetime
from pathlib import Path

from review.errors import ReviewError

_FOLDER = "airflow-review-"
_RUNNING = "running"
"""File beside the worktrees of a run, locked as long as the run lives."""
_REDIRECTING = frozenset(
    f"GIT_{name}"
    for name in (
        *("DIR", "WORK_TREE", "INDEX_FILE", "COMMON_DIR", "OBJECT_DIRECTORY", "ALTERNATE_OBJECT_DIRECTORIES"),
        *("NAMESPACE", "PREFIX", "SHALLOW_FILE", "GRAFT_FILE"),
    )
)
"""Where a hook of git tells its children that the repository is; the worktrees are elsewhere."""
_WHOLE_HISTORY = "git fetch --unshallow origin '+refs/heads/*:refs/remotes/origin/*'"


def git(repository: Path, *arguments: str) -> str:
    """Output of a git command. Raises ReviewError with git's own message."""
    environment = {name: value for name, value in os.environ.items() if name not in _REDIRECTING}
    # No lock or hook of the person's repository has a part in what is only read.
    command = ["git", "-C", str(repository), "--no-optional-locks", "-c", f"core.hooksPath={os.devnull}"]
    done = subprocess.run(
        [*command, *arguments],
        env={**environment, "LC_ALL": "C"},
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["no message"]
        said = next((line for line in lines if line.startswith(("fatal:", "error:"))), lines[-1])
        raise ReviewError(f"git {arguments[0]}: {said}")
    return done.stdout.strip("\n")


def commit_of(repository: Path, revision: str) -> str:
    """The commit that a branch, tag or hash stands for; a branch may be known from `origin` only.

    Raises ReviewError with the remedy, a missing history above all: pipelines clone just one commit.
    """
    shallow = _is_shallow(repository)
    names = () if revision.startswith("-") else (revision, f"refs/remotes/origin/{revision}")
    for name in names:
        with suppress(ReviewError):
            return git(repository, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
    remedy = f"this clone is shallow: {_WHOLE_HISTORY}" if shallow else "give a branch, tag or commit of it"
    if not git(repository, "rev-list", "--all", "--max-count=1"):
        remedy = "it has no commit yet"
    raise ReviewError(f"{revision}: no such revision in this repository; {remedy}")


def parting(repository: Path, base: str, head: str) -> str:
    """The commit at which head left base: what base did meanwhile is no change of head's.

    Raises ReviewError if there is none.
    """
    try:
        return git(repository, "merge-base", base, head)
    except ReviewError:
        remedy = f"; this clone is shallow: {_WHOLE_HISTORY}" if _is_shallow(repository) else ""
        raise ReviewError(f"{base[:12]} and {head[:12]} have no commit in common{remedy}") from None


def left_behind(repository: Path, base: str, head: str) -> int:
    """How many commits base has that head has not."""
    return int(git(repository, "rev-list", "--count", f"{head}..{base}"))


def day_of(repository: Path, *commits: str) -> date:
    """Of the latest of the commits, in UTC: the date of a single one is what its author says."""
    seconds = git(repository, "show", "--no-patch", "--format=%ct", *commits).split()
    return datetime.fromtimestamp(max(map(int, seconds)), UTC).date()


def changed_files(repository: Path, base: str, head: str) -> list[str]:
    """Below the program's folder, under their old and their new names."""
    return git(repository, "diff", "--name-only", "--no-renames", "--relative", "-z", base, head).split("\0")[
        :-1
    ]


def _is_shallow(repository: Path) -> bool:
    return git(repository, "rev-parse", "--is-shallow-repository") == "true"


def uncommitted(repository: Path, own: frozenset[Path]) -> list[str]:
    """Files that no revision contains, and so no report; `own` are the report's own."""
    top = Path(git(repository, "rev-parse", "--show-toplevel"))
    entries = iter(git(repository, "status", "--porcelain", "-z", "--untracked-files=all").split("\0"))
    found = []
    for entry in entries:
        if entry[:1] in ("R", "C"):
            next(entries)  # the old name
        if entry and (top / entry[3:]).resolve() not in own:
            found.append(entry[3:])
    return found


@contextmanager
def checked_out(repository: Path, *commits: str) -> Iterator[list[Path]]:
    """The program at each commit, in temporary worktrees that are gone afterwards, whatever happened.

    Those of an earlier run that was killed go as well.
    """
    _remove_abandoned(repository)
    below = git(repository, "rev-parse", "--show-prefix")
    folder = Path(tempfile.mkdtemp(prefix=_FOLDER))
    with ExitStack() as ending:
        ending.callback(shutil.rmtree, folder, ignore_errors=True)
        lock = ending.enter_context((folder / _RUNNING).open("w"))
        fcntl.flock(lock, fcntl.LOCK_EX)
        trees = [folder / str(number) for number, _ in enumerate(commits)]
        for tree, commit in zip(trees, commits, strict=True):
            ending.callback(_remove, repository, tree)
            git(repository, "worktree", "add", "--detach", "--quiet", str(tree), commit)
        yield [tree / below for tree in trees]


def _remove(repository: Path, tree: Path) -> None:
    with suppress(ReviewError):  # interrupted before git knew of it
        git(repository, "worktree", "remove", "--force", "--force", str(tree))


def _remove_abandoned(repository: Path) -> None:
    for line in git(repository, "worktree", "list", "--porcelain").splitlines():
        tree = Path(line.removeprefix("worktree "))
        if not line.startswith("worktree ") or not tree.parent.name.startswith(_FOLDER):
            continue
        if not _is_running(tree.parent):
            _remove(repository, tree)
            shutil.rmtree(tree.parent, ignore_errors=True)


def _is_running(folder: Path) -> bool:
    """Whether the run that made the folder still lives: the system takes the lock of a dead one away."""
    try:
        with (folder / _RUNNING).open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
