"""Every shell line of this repository, read by ShellCheck: scripts, and each `run` of workflows and actions.

`make lint-workflows` adds actionlint, which has to be built first.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.workflows.files import ROOT, commands

SHELLCHECK = Path(sys.executable).with_name("shellcheck")  # a wheel's; `make program` installs it
OWN = sorted([*(ROOT / "scripts").glob("*.sh"), ROOT / ".ci" / "run"])


def complaints(*paths: Path) -> list[str]:
    """What ShellCheck says of these files, all taken for bash, as a runner takes its lines."""
    done = subprocess.run(
        [SHELLCHECK, "--norc", "--shell=bash", "--format=gcc", *paths],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.name)
def test_a_script_is_sound(path: Path) -> None:
    assert complaints(path) == []


def test_the_shell_lines_of_workflows_and_actions_are_sound(tmp_path: Path) -> None:
    paths = []
    for number, (where, text) in enumerate(commands()):
        paths.append(tmp_path / f"{where.replace('/', '-')}-{number}.sh")
        paths[-1].write_text(text)
    assert complaints(*paths) == []


def test_an_unsound_line_is_told(tmp_path: Path) -> None:
    path = tmp_path / "unsound.sh"
    path.write_text("rm -rf $1/*\n")
    (told,) = [line for line in complaints(path) if "SC2086" in line]
    assert "Double quote" in told


def test_every_script_of_this_repository_is_read() -> None:
    listed = subprocess.run(
        ["git", "-C", ROOT, "grep", "-lE", "^#!.*sh *$", "--", ":!*.py"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert sorted(ROOT / name for name in listed) == OWN
