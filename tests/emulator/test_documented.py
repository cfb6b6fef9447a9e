"""docs/EMULATOR.md says what differs and what is not realised, exactly as the code's own lists do."""

from __future__ import annotations

import re
from types import ModuleType

import pytest

from emulator import airflow_substitutions, substitutions
from emulator.backends import aws, kubernetes
from offline import ROOT

DOCUMENT = (ROOT / "docs" / "EMULATOR.md").read_text()
MODULES = (substitutions, airflow_substitutions)


def section(title: str) -> str:
    return DOCUMENT.split(f"## {title}\n")[1].split("\n## ")[0]


def items(text: str) -> list[str]:
    """The entries of a numbered list, each on one line and without typography."""
    found = re.findall(r"^ ?\d+\. .*(?:\n {3,}.*)*", text, re.MULTILINE)
    return [" ".join(item.replace("`", "").split()) for item in found]


def test_the_document_lists_the_substitutions_of_the_code() -> None:
    assert items(section("What differs")) == [i for m in MODULES for i in items(m.__doc__ or "")]


def test_the_substitutions_are_numbered_through() -> None:
    numbers = [int(item.split(".")[0]) for item in items(section("What differs"))]
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("module", MODULES)
def test_what_the_code_does_has_a_number_of_the_list(module: ModuleType) -> None:
    source = (ROOT / "emulator" / f"{module.__name__.split('.')[-1]}.py").read_text()
    used = {int(n) for group in re.findall(r'"""\((\d+(?:, \d+)*)\)', source) for n in group.split(", ")}
    assert used <= {int(item.split(".")[0]) for item in items(module.__doc__ or "")}
    assert used


def test_the_document_names_every_type_that_is_not_realised_with_its_reason() -> None:
    rows = re.findall(r"^\| `([a-z]+:[^`]+)` \| (.+) \|$", section("What is not realised"), re.MULTILINE)
    assert rows == sorted({**aws.NOT_REALISED, **kubernetes.RECORDED}.items())
