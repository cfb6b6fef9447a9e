"""Stands for git-sync's container: keeps a commit of a repository checked out, with git alone.

Reads git-sync's own variables (GITSYNC_REPO, _REF, _ROOT, _PERIOD, _ONE_TIME, _USERNAME, _PASSWORD,
_SSH_KEY_FILE, _SSH_KNOWN_HOSTS_FILE) and lays the files out as it does: `<root>/repo` is a link to the folder
of the commit, put in its place at once. Imports nothing of ours, so that it starts like the container would.
"""

from __future__ import annotations

import fcntl
import os
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path

LINK = "repo"
_WORK_TREES = ".worktrees"
_OFFER = '!f() { echo "username=$GITSYNC_USERNAME"; echo "password=$GITSYNC_PASSWORD"; }; f'


def seconds(period: str) -> float:
    """A duration as git-sync writes it; whole seconds are all that its settings allow."""
    return float(period.removesuffix("s"))


def environment() -> dict[str, str]:
    """For git: the given credentials, and none of the person whose machine this is."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    no_person = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "GIT_TERMINAL_PROMPT": "0"}
    found = {**own, **no_person}
    if own.get("GITSYNC_USERNAME"):
        found.update(GIT_CONFIG_COUNT="1", GIT_CONFIG_KEY_0="credential.helper", GIT_CONFIG_VALUE_0=_OFFER)
    if key := own.get("GITSYNC_SSH_KEY_FILE"):
        hosts = own.get("GITSYNC_SSH_KNOWN_HOSTS_FILE")
        believed = ["StrictHostKeyChecking=yes", f"UserKnownHostsFile={hosts}"]
        options = believed if hosts else ["StrictHostKeyChecking=no", f"UserKnownHostsFile={os.devnull}"]
        command = ["ssh", "-F", os.devnull, "-i", key, "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes"]
        found["GIT_SSH_COMMAND"] = shlex.join([*command, *(part for o in options for part in ("-o", o))])
    return found


def sync(root: Path, repository: str, ref: str) -> str:
    """Checks the newest commit of `ref` out; returns it. Raises CalledProcessError: the files stay then."""

    def git(*arguments: str) -> str:
        command = ["git", "-C", str(root), *arguments]
        done = subprocess.run(command, env=environment(), check=True, capture_output=True, text=True)
        return done.stdout.strip()

    root.mkdir(parents=True, exist_ok=True)
    if not (root / ".git").is_dir():
        git("init", "--quiet")
    git("fetch", "--quiet", "--depth", "1", "--no-tags", repository, ref)
    commit = git("rev-parse", "FETCH_HEAD^{commit}")
    tree = root / _WORK_TREES / commit
    if os.path.realpath(root / LINK) == os.path.realpath(tree) and tree.is_dir():
        return commit
    if tree.exists():  # left over from a run that was killed
        shutil.rmtree(tree)
    git("worktree", "prune")
    git("worktree", "add", "--quiet", "--force", "--force", "--detach", str(tree), commit)
    new = root / f".{LINK}.new"
    new.unlink(missing_ok=True)
    new.symlink_to(tree.relative_to(root))
    os.replace(new, root / LINK)
    for old in (root / _WORK_TREES).iterdir():
        if old != tree:
            shutil.rmtree(old)
    return commit


def unlock(root: Path) -> int:
    """Removes the locks of a git that was killed, which every later one would refuse to pass.

    Not while another of these processes works on this repository: the open folder that is returned tells it.
    """
    root.mkdir(parents=True, exist_ok=True)
    folder = os.open(root, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        pass
    else:
        for lock in (root / ".git").rglob("*.lock"):
            lock.unlink(missing_ok=True)
    fcntl.flock(folder, fcntl.LOCK_SH)
    return folder


def main() -> int:
    """Syncs once, or for ever every period: then a failed fetch leaves the files as they are."""
    unlock(Path(os.environ["GITSYNC_ROOT"]))
    once = bool(os.environ.get("GITSYNC_ONE_TIME"))
    known = ""
    while True:
        try:
            commit = sync(
                Path(os.environ["GITSYNC_ROOT"]), os.environ["GITSYNC_REPO"], os.environ["GITSYNC_REF"]
            )
            if commit != known:
                print(f"{os.environ['GITSYNC_REF']} is {commit}", flush=True)
            known = commit
        except subprocess.CalledProcessError as error:
            print(error.stderr.strip() or f"git ended with {error.returncode}", flush=True)
            if once:
                return 1
        if once:
            return 0
        time.sleep(seconds(os.environ["GITSYNC_PERIOD"]))


if __name__ == "__main__":
    sys.exit(main())
