"""The one issue of what could not be destroyed."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from operations import janitor_issue
from operations.github import BOT
from operations.janitor_issue import SUBJECT
from tests.operations.fake_github import FakeGitHub, by

MARKER = SUBJECT.marker
GONE = {"stack": "pr-1", "text": "destroyed", "failed": False}
STUCK = {"stack": "pr-2", "text": "**could not be destroyed**: no such role", "failed": True}
Run = Callable[..., int]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """The command over the outcomes in the account of dev; without any, that account has no file."""

    def run(*outcomes: dict[str, object]) -> int:
        file = tmp_path / "dev.json"
        file.write_text(json.dumps({"stack": "dev", "outcomes": outcomes}))
        return janitor_issue.main(["--looked-at", "dev", *([str(file)] if outcomes else [])])

    return run


def test_what_could_not_be_destroyed_opens_one_issue(github: FakeGitHub, run: Run) -> None:
    assert run(GONE, STUCK) == 0
    ((method, path, written),) = github.written
    assert (method, path) == ("POST", "/issues")
    assert written["body"] == f"{MARKER}\n- account of `dev`, stack `pr-2`: {STUCK['text']}\n"


def test_an_account_that_could_not_be_read_does_too(github: FakeGitHub, run: Run) -> None:
    assert run() == 0
    assert "- account of `dev`: could not be looked at" in github.written[0][2]["body"]


def test_when_all_is_gone_the_issue_is_closed_and_none_opened(github: FakeGitHub, run: Run) -> None:
    assert run(GONE) == 0
    assert github.written == []
    github.lists["/issues"] = [by(BOT, 9, f"{MARKER}\n- something")]
    assert run(GONE) == 0
    assert github.written[0][2]["state"] == "closed"
