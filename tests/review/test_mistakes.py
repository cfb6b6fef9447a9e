"""Mistakes of the caller's: each is one line and exit code 1."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from review.__main__ import allowed, main
from tests.review.repositories import git, line, review


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["no-such"], "no-such: no such revision in this repository; give a branch, tag or commit of it"),
        (
            ["--", "--output=x"],
            "--output=x: no such revision in this repository; give a branch, tag or commit of it",
        ),
        (["HEAD~1..HEAD"], "HEAD~1..HEAD: no such revision"),
        (["a\nb\x1b[31m"], "a⏎b\\u001b[31m: no such revision"),
        ([], "the following arguments are required: BASE; --help says more"),
        (["HEAD", "--labels", "{"], "argument --labels: should be a JSON list of texts; --help says more"),
        (["HEAD", "--labels", "null"], "argument --labels: should be a JSON list of texts; --help says more"),
        (["HEAD", "--output", "__main__.py"], "__main__.py: File exists"),
        (["HEAD", "--output", "/proc/self/nowhere"], "/proc/self/nowhere: No such file or directory"),
    ],
)
def test_a_mistake_in_the_call_is_one_line(
    origin: Path,
    arguments: list[str],
    said: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert called(origin, arguments, monkeypatch) == 1
    assert capsys.readouterr().err.splitlines()[0].startswith(f"review: {said}")


def called(tree: Path, arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> int:
    """The command in this process."""
    monkeypatch.setattr("review.__main__.ROOT", tree)
    monkeypatch.chdir(tree)
    try:
        return main(arguments)
    except SystemExit as ended:
        return int(ended.code or 0)


def test_a_folder_that_is_no_repository_or_has_no_commit_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert called(tmp_path, ["HEAD"], monkeypatch) == 1
    assert capsys.readouterr().err.startswith("review: git rev-parse: fatal: not a git repository")
    git(tmp_path, "init", "--quiet")
    assert called(tmp_path, ["HEAD"], monkeypatch) == 1
    assert (
        capsys.readouterr().err == "review: HEAD: no such revision in this repository; it has no commit yet\n"
    )


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path: None, ": No such file or directory"),
        (lambda path: path.write_text("no package"), ": no .tgz package, or not a whole one; get it again"),
        (lambda path: path.mkdir(), ": Is a directory"),
    ],
)
def test_a_chart_that_cannot_be_read_costs_the_objects_alone(
    clone: Path, tmp_path: Path, make: Callable[[Path], object], said: str
) -> None:
    make(tmp_path / "chart.tgz")
    done = review(clone, "HEAD~1", environment={"AIRFLOW_CHART": str(tmp_path / "chart.tgz")})
    whole = f"AIRFLOW_CHART: {tmp_path}/chart.tgz{said}; objects in the cluster are not compared"
    assert line(done) == whole
    assert "prod: ✅ can be merged" in done.stdout
    assert json.loads((clone / "out" / "review.json").read_text())["notes"] == [whole]


def test_a_report_that_cannot_be_written_whole_is_not_written(
    clone: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "out/review.json")

    monkeypatch.setattr(os, "replace", full)
    assert called(clone, ["HEAD", "--output", "out"], monkeypatch) == 1
    assert capsys.readouterr().err == "review: out/review.json: No space left on device\n"
    assert list((clone / "out").iterdir()) == []


def test_labels_allow_by_their_names() -> None:
    assert allowed('["bug", "allow:database-instance", "allow:price"]') == ["database-instance", "price"]
    assert allowed("[]") == []
