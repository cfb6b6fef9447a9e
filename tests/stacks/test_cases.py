"""Every rule has a case file; every case file prints exactly the lines that it says."""

import re

import pytest

from tests.stacks.case_files import FOLDER, Case, cases
from tests.stacks.stack_files import complaints


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_a_stack_file_gets_exactly_the_lines_it_deserves(case: Case) -> None:
    assert complaints(case.content, encrypted=case.encrypted) == case.expected


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_a_case_is_named_after_what_it_shows(case: Case) -> None:
    subject = re.fullmatch(r"[a-z]+\.(happy|error)\.[a-z0-9_]+", case.name)
    assert subject is not None
    assert bool(case.expected) == (subject.group(1) == "error")


def test_no_case_prints_a_secret() -> None:
    """A refused value is often one in the wrong place: these files put `hunter2` and `s3cret` there."""
    lines = "\n".join(line for case in cases() for line in case.expected)
    assert any("hunter2" in path.read_text() for path in FOLDER.glob("*.yaml"))
    assert "hunter2" not in lines
    assert "s3cret" not in lines
