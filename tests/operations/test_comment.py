"""One comment per pull request, never longer than GitHub takes, never somebody else's."""

from pathlib import Path

import pytest

from operations import comment
from operations.comment import MARKER, body, part, shortened
from operations.github import BOT, LONGEST_BODY
from tests.operations.fake_github import REPOSITORY, FakeGitHub, by

COMMENTS = "/issues/7/comments"


@pytest.fixture
def report(tmp_path: Path) -> Path:
    file = tmp_path / "review.md"
    file.write_text("# What it changes\n")
    return file


def test_the_first_run_makes_the_comment(github: FakeGitHub, report: Path) -> None:
    assert comment.main(["7", str(report)]) == 0
    assert github.written == [("POST", COMMENTS, {"body": f"{MARKER}\n# What it changes"})]


def test_a_further_run_rewrites_it_wherever_it_stands(github: FakeGitHub, report: Path) -> None:
    others = [by("somebody", number, "looks good") for number in range(1, 6)]
    github.lists[COMMENTS] = [*others, by(BOT, 42, f"{MARKER}\nold")]
    assert comment.main(["7", str(report)]) == 0
    assert [(method, path) for method, path, _ in github.written] == [("PATCH", "/issues/comments/42")]


def test_what_people_write_is_not_overwritten(github: FakeGitHub, report: Path) -> None:
    github.lists[COMMENTS] = [
        by("somebody", 1, f"{MARKER}\nmine"),
        by(BOT, 2, f"another workflow's\n{MARKER}"),
    ]
    assert comment.main(["7", str(report)]) == 0
    assert [method for method, *_ in github.written] == ["POST"]


def test_previews_follow_the_report(github: FakeGitHub, report: Path, tmp_path: Path) -> None:
    preview = tmp_path / "dev.txt"
    preview.write_text("```\n@somebody </details>\n")
    assert comment.main(["7", str(report), str(preview)]) == 0
    (_, _, sent) = github.written[0]
    assert sent["body"].endswith(
        "<details><summary>dev.txt</summary>\n\n````text\n```\n@somebody </details>\n````\n\n</details>"
    )


@pytest.mark.parametrize("status", [401, 403, 404, 500])
def test_a_refusal_is_one_line_without_the_token(
    github: FakeGitHub, report: Path, status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    github.refuses = status
    assert comment.main(["7", str(report)]) == 1
    said = capsys.readouterr().err
    assert said == (
        f"comment: GitHub refused GET /repos/{REPOSITORY}{COMMENTS}: {status} "
        "Resource not accessible by integration\n"
    )


def test_without_a_server_or_a_token_it_says_so(
    github: FakeGitHub, report: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_API_URL", "http://127.0.0.1:1")
    assert comment.main(["7", str(report)]) == 1
    monkeypatch.delenv("GITHUB_TOKEN")
    assert comment.main(["7", str(report)]) == 1
    unreachable, unset = capsys.readouterr().err.splitlines()
    assert unreachable.startswith("comment: GitHub cannot be reached: ConnectError")
    assert unset.startswith("comment: not set: GITHUB_TOKEN")


@pytest.mark.parametrize("others", [0, 1, 3, 9])
def test_a_comment_is_never_too_long(github: FakeGitHub, tmp_path: Path, others: int) -> None:
    report = tmp_path / "review.md"
    report.write_text("<details>\n```mermaid\n" + "ä line of the report\n" * 10_000 + "```\n</details>\n")
    names = [tmp_path / f"{number}.txt" for number in range(others)]
    for name in names:
        name.write_text("a line of a preview\n" * 10_000)
    assert comment.main(["7", str(report), *map(str, names)]) == 0
    (_, _, sent) = github.written[0]
    assert LONGEST_BODY // 2 < len(sent["body"]) <= LONGEST_BODY
    assert sent["body"].count("<details") == sent["body"].count("</details>")
    assert "**Cut here**" in sent["body"]


def test_a_cut_closes_what_is_open_and_falls_between_lines() -> None:
    text = "<details><summary>x</summary>\n\n```mermaid\n" + "a --> b\n" * 200 + "```\n</details>\n"
    cut = shortened(text, 600)
    assert len(cut) <= 600
    kept, _, rest = cut.partition("\n```\n")
    assert kept.endswith("a --> b")
    assert rest.startswith("\n</details>\n\n**Cut here**: ")


def test_what_fits_is_not_touched() -> None:
    assert shortened("short", 5) == "short"
    assert body([part("review.md", "# all\n")]) == f"{MARKER}\n# all"
