"""Every command that the Makefile lists is one command, and no file of its name can hide it."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

MAKEFILE = Path(__file__).parents[1] / "Makefile"
TEXT = MAKEFILE.read_text().replace("\\\n", " ")
TARGETS = re.findall(r"^([a-z-]+):.* ## ", TEXT, re.MULTILINE)


def test_a_command_is_defined_once() -> None:
    assert sorted(TARGETS) == sorted(set(TARGETS))


def test_every_command_is_phony() -> None:
    (phony,) = re.findall(r"^\.PHONY: (.*)$", TEXT, re.MULTILINE)
    assert set(phony.split()) == set(TARGETS)


def make(folder: Path, command: str, **variables: str) -> list[str]:
    """How scripts/setup.sh and the environment's Python were called, as one list, by stand-ins for both."""
    shutil.copy(MAKEFILE, folder)
    note = '#!/bin/sh\necho "${0##*/} $1 PYTHON=$PYTHON" >>calls\n'
    installed = "mkdir -p .venv/bin; cp scripts/python .venv/bin/python; touch .venv/.stamp\n"
    (folder / "scripts").mkdir(exist_ok=True)
    for name, text in (("setup.sh", note + installed), ("python", note)):
        (folder / "scripts" / name).write_text(text)
        (folder / "scripts" / name).chmod(0o700)
    (folder / "calls").write_text("")
    environment = {"PATH": os.environ["PATH"], **variables}
    subprocess.run(["make", command], cwd=folder, env=environment, check=True)
    return (folder / "calls").read_text().splitlines()


@pytest.mark.parametrize("command", ["status", "logs", "smoke", "down", "clean"])
def test_what_works_on_a_running_stack_makes_an_environment_only_where_there_is_none(
    tmp_path: Path, command: str
) -> None:
    assert [call.split()[0] for call in make(tmp_path, command)] == ["setup.sh", "python"]
    assert [call.split()[0] for call in make(tmp_path, command)] == ["python"]
    (tmp_path / ".venv" / ".stamp").unlink()  # as an interrupted setup leaves it
    assert [call.split()[0] for call in make(tmp_path, command)] == ["setup.sh", "python"]


def test_up_takes_the_newest_environment_and_the_persons_python(tmp_path: Path) -> None:
    for _ in range(2):
        setup, _ = make(tmp_path, "up", PYTHON="python3.12")
        assert setup == "setup.sh all PYTHON=python3.12"
