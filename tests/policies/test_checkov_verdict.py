"""Waivers of Checkov's checks, and what happens where Checkov does not look."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from policies.checkov import __main__ as command
from policies.checkov.checks import EXPECTED, CannotLook, Result, differences, judge
from policies.checkov.scan import scan
from policies.evaluate import judge as judge_policies
from policies.waivers import Waiver
from tests.recorded import recorded

TODAY = date(2027, 1, 31)
ADDRESS = "aws_db_instance.database-instance"


def result(check: str = "CKV_AWS_157", resource: str = ADDRESS, passed: bool = False) -> Result:
    return Result(check=check, resource=resource, title="Ensure it", passed=passed)


def waiver(policy: str, resource: str = "", expires: date = TODAY) -> Waiver:
    return Waiver(policy=policy, reason="one zone is enough here", expires=expires, resource=resource)


@pytest.mark.parametrize(
    ("given", "waived"),
    [
        (waiver("CKV_AWS_157"), True),
        (waiver("RDS.5"), True),
        (waiver("RDS.5", "database-instance"), True),
        (waiver("CKV_AWS_157", "another-instance"), False),
        (waiver("CKV_AWS_157", expires=date(2027, 1, 30)), False),
        (waiver("RDS.6"), False),
    ],
)
def test_a_waiver_holds_for_its_check_or_the_policy_that_asks_the_same(given: Waiver, waived: bool) -> None:
    verdict = judge([result(), result("CKV_AWS_16", passed=True)], [given], TODAY)
    assert (len(verdict.waived), len(verdict.failed), verdict.passed) == (waived, not waived, 1)


@pytest.mark.parametrize(
    ("policy", "unused"), [("CKV_AWS_144", True), ("CKV_AWS_157", False), ("RDS.6", False)]
)
def test_a_waiver_that_nothing_needs_is_told_by_who_judges_it(policy: str, unused: bool) -> None:
    """A policy's waiver is the policies' matter, a check's is Checkov's."""
    assert bool(judge([result()], [waiver(policy)], TODAY).unused) == unused
    assert bool(judge_policies(recorded("prod"), [waiver(policy)], TODAY).unused) == (policy == "RDS.6")


def test_a_waiver_that_has_ended_is_told() -> None:
    ended = waiver("CKV_AWS_157", expires=date(2027, 1, 30))
    verdict = judge([result()], [ended], TODAY)
    assert [row[0] for row in command.rows(verdict)] == ["failed", "ended"]
    assert "ended on 2027-01-30" in list(command.rows(verdict))[1][3]


def test_a_check_without_a_policy_of_ours_is_waived_by_its_own_number_only() -> None:
    found = result("CKV_AWS_144", "aws_s3_bucket.logs-bucket")
    assert found.policy is None
    assert "waive CKV_AWS_144" in found.fix
    assert judge([found], [waiver("CKV_AWS_144")], TODAY).failed == []


def test_a_check_that_stays_away_from_one_resource_or_is_new_is_named() -> None:
    every = [result(check) for check in EXPECTED["aws_db_instance"]]
    assert list(differences({ADDRESS}, every)) == []
    assert list(differences({ADDRESS}, [r for r in every if r.check != "CKV_AWS_157"])) == [
        f"{ADDRESS}: CKV_AWS_157 did not run"
    ]
    assert list(differences({ADDRESS}, [*every, result("CKV_AWS_1")])) == [
        f"{ADDRESS}: CKV_AWS_1 ran and is not in checks.yaml; add it to its type"
    ]


def program(folder: Path, lines: str) -> Path:
    """Something else in Checkov's place."""
    path = folder / "checkov"
    path.write_text(f"#!/bin/sh\n{lines}\n")
    path.chmod(0o755)
    return path


def report(unread: list[str] | None = None) -> str:
    sections = {"passed_checks": [], "failed_checks": [], "parsing_errors": unread or []}
    return f"echo '{json.dumps({'results': sections})}'"


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("echo broken >&2; exit 2", "Checkov ended with 2: broken"),
        ("echo warning", "report is no JSON"),
        ('echo \'{"passed": 0, "failed": 0}\'', "another form"),
        (report(["/tmp/somewhere/prod.json"]), "Checkov could not read prod.json"),
        (report(), "prod: aws_cloudwatch_log_group.cache-engine-log: CKV_AWS_158 did not run"),
    ],
)
def test_what_checkov_did_not_do_is_told_in_a_line(tmp_path: Path, lines: str, told: str) -> None:
    with pytest.raises(CannotLook) as problem:
        scan({"prod": recorded("prod")}, program(tmp_path, lines))
    assert told in str(problem.value)


def test_checkov_sees_no_token_of_the_shell_and_asks_for_no_newer_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BC_API_KEY", "a-token")
    with pytest.raises(CannotLook, match=r"ended with 3: : true$"):
        scan(
            {"prod": recorded("prod")},
            program(tmp_path, 'echo "$BC_API_KEY: $CKV_SKIP_PACKAGE_UPDATE_CHECK" >&2; exit 3'),
        )


def test_a_missing_checkov_ends_the_command_with_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "scan", lambda graphs: scan(graphs, Path("/nowhere/checkov")))
    assert command.main(["prod"]) == 2
    assert "scripts/setup.sh checkov installs it" in capsys.readouterr().err


def test_an_unknown_stack_ends_the_command_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["nowhere"]) == 2
    assert "no such stack file" in capsys.readouterr().err
