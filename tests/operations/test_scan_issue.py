"""The one issue of running images that do not pass."""

from pathlib import Path

from operations import scan_issue
from operations.github import BOT
from operations.scan_issue import SUBJECT
from tests.operations.fake_github import FakeGitHub, by


def run(folder: Path, *passed: str) -> int:
    files = [folder / f"{stack}.json" for stack in passed]
    for file in files:
        file.write_text(f'{{"stack": "{file.stem}"}}\n')
    return scan_issue.main(["--looked-at", "dev prod", *map(str, files)])


def test_an_image_that_does_not_pass_opens_one_issue(github: FakeGitHub, tmp_path: Path) -> None:
    assert run(tmp_path, "dev") == 0
    ((method, path, written),) = github.written
    assert (method, path) == ("POST", "/issues")
    marker, line = written["body"].splitlines()
    assert marker == SUBJECT.marker
    assert line.startswith("- `prod`: its image has CRITICAL or HIGH findings")


def test_when_all_pass_the_issue_is_closed_and_none_opened(github: FakeGitHub, tmp_path: Path) -> None:
    assert run(tmp_path, "dev", "prod") == 0
    assert github.written == []
    github.lists["/issues"] = [by(BOT, 9, f"{SUBJECT.marker}\n- `prod`: something")]
    assert run(tmp_path, "dev", "prod") == 0
    ((method, path, written),) = github.written
    assert (method, path, written["state"]) == ("PATCH", "/issues/9", "closed")
