"""Every command that the Makefile lists is one command, and no file of its name can hide it."""

import re
from pathlib import Path

TEXT = (Path(__file__).parents[1] / "Makefile").read_text().replace("\\\n", " ")
TARGETS = re.findall(r"^([a-z-]+):.* ## ", TEXT, re.MULTILINE)


def test_a_command_is_defined_once() -> None:
    assert sorted(TARGETS) == sorted(set(TARGETS))


def test_every_command_is_phony() -> None:
    (phony,) = re.findall(r"^\.PHONY: (.*)$", TEXT, re.MULTILINE)
    assert set(phony.split()) == set(TARGETS)
