"""One stack's findings, and the one issue of all of them."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest

from operations import drift, drift_issue
from operations.drift_issue import SUBJECT, render
from operations.github import BOT, LONGEST_BODY
from operations.stack_file import read_stack_file
from operations.stack_states import LOCKS
from tests.operations.aws_account import NAMES, REGION, client
from tests.operations.fake_github import FakeGitHub, by
from tests.operations.state_files import keep_state

QUIET = {"stack": "dev", "differences": [], "overdue": [], "max_age_days": 180}
TAGGED = {**QUIET, "differences": [{"name": "b", "type": "t", "kind": "tag noise", "text": "`tags` was"}]}
GONE = {**QUIET, "differences": [{"name": "rule", "type": "t", "kind": "destructive", "text": "is gone"}]}
OLD = {**QUIET, "overdue": [{"name": "/airflow/dev/bootstrap/jwt-secret", "age_days": 400}]}
MARKER = SUBJECT.marker
DIGEST = (Path(__file__).parent / "data" / "drift_preview.json").read_text()


def run(folder: Path, *findings: dict[str, Any], looked_at: tuple[str, ...] = ("dev",)) -> int:
    """The command over these findings."""
    files = []
    for number, finding in enumerate(findings):
        files.append(folder / f"{number}.json")
        files[-1].write_text(json.dumps(finding))
    return drift_issue.main(["--looked-at", " ".join(looked_at), *map(str, files)])


def keep(ages: tuple[str, ...]) -> None:
    ssm = boto3.client("ssm", region_name=REGION)
    for name in ages:
        ssm.put_parameter(Name=name, Value="a-secret-value", Type="SecureString")


def test_old_secrets_of_this_stack_are_told_by_name_and_age(account: None) -> None:
    keep(("/airflow/x/bootstrap/jwt-secret", "/airflow/y/bootstrap/jwt-secret", "/airflow/x/connections/db"))
    stack, later = read_stack_file("x"), datetime.now(UTC) + timedelta(days=181)
    assert drift.overdue(stack, 180, later) == [{"name": "/airflow/x/bootstrap/jwt-secret", "age_days": 181}]
    assert drift.overdue(stack, 182, later) == []


def test_a_stack_is_looked_at(account: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    preview, output = tmp_path / "preview.json", tmp_path / "drift" / "x.json"
    preview.write_text(DIGEST)
    keep(("/airflow/x/bootstrap/jwt-secret",))
    given = ["x", str(preview), "--max-age-days", "180", "--output", str(output)]
    keep_state("x", [])
    assert drift.main(given) == 0
    assert capsys.readouterr().out == "x: 5 differences, 0 overdue secrets\n"
    assert json.loads(output.read_text())["stack"] == "x"
    output.unlink()
    preview.write_text("error: no credentials\n")
    assert drift.main(given) == 1
    assert not output.exists()
    assert capsys.readouterr().err.startswith("drift: the preview wrote no JSON")


def test_a_stack_under_an_update_is_not_looked_at(
    account: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Half of the update would be told as drift."""
    preview, output = tmp_path / "preview.json", tmp_path / "x.json"
    preview.write_text(DIGEST)
    keep_state("x", [])
    client("s3").put_object(Bucket=NAMES.bucket, Key=f"{LOCKS}x/a-lock.json", Body="{}")
    assert drift.main(["x", str(preview), "--max-age-days", "180", "--output", str(output)]) == 1
    assert capsys.readouterr().err.startswith("drift: an update of x is running, or was killed: it is locked")
    assert not output.exists()


@pytest.mark.parametrize("finding", [GONE, OLD])
def test_a_finding_opens_one_issue(github: FakeGitHub, tmp_path: Path, finding: dict[str, Any]) -> None:
    assert run(tmp_path, finding) == 0
    (written,) = github.written
    assert written[:2] == ("POST", "/issues")
    assert written[2]["body"] == f"{MARKER}\n{render([finding])}"


@pytest.mark.parametrize("finding", [QUIET, TAGGED])
def test_tags_alone_open_none(github: FakeGitHub, tmp_path: Path, finding: dict[str, Any]) -> None:
    assert run(tmp_path, finding) == 0
    assert github.written == []


def test_the_open_issue_is_rewritten_left_or_closed(github: FakeGitHub, tmp_path: Path) -> None:
    others = [by("somebody", number, MARKER) for number in range(1, 4)]
    github.lists["/issues"] = [*others, by(BOT, 9, f"{MARKER}\n{render([OLD])}")]
    assert run(tmp_path, OLD) == 0
    assert github.written == []
    assert run(tmp_path, GONE) == 0
    assert run(tmp_path, TAGGED) == 0
    rewritten, closed = github.written
    assert rewritten == ("PATCH", "/issues/9", {"body": f"{MARKER}\n{render([GONE])}"})
    assert closed == ("PATCH", "/issues/9", {"body": f"{MARKER}\n{render([TAGGED])}", "state": "closed"})


def test_a_stack_that_could_not_be_read_keeps_the_issue_open(github: FakeGitHub, tmp_path: Path) -> None:
    github.lists["/issues"] = [by(BOT, 9, f"{MARKER}\n{render([GONE])}")]
    assert run(tmp_path, QUIET, looked_at=("dev", "prod")) == 0
    (written,) = github.written
    assert "state" not in written[2]
    assert "## prod\n\n⛔ could not be looked at" in written[2]["body"]


def test_the_text_counts_by_kind_and_fits(github: FakeGitHub, tmp_path: Path) -> None:
    many = {**GONE, "differences": GONE["differences"] * 5000}
    assert run(tmp_path, many) == 0
    assert len(github.written[0][2]["body"]) <= LONGEST_BODY
    assert "| **dev** | 5000 |  |  |  |  |  |" in github.written[0][2]["body"]
