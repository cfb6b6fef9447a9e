"""The real Checkov over every stack as it is, and over graphs that break what it checks."""

from __future__ import annotations

import pytest

import offline
from policies.checkov import __main__ as command
from policies.checkov.checks import EXPECTED, Result
from policies.checkov.scan import scan
from tests.checkov.breaking import FIRST, NEVER, SECOND, broken
from tests.recorded import recorded


@pytest.fixture(scope="module")
def bad() -> list[Result]:
    """Checkov's results for both broken graphs; one run, because starting it takes longest."""
    graphs = {"first": broken(recorded("prod"), FIRST), "second": broken(recorded("prod"), SECOND)}
    return [result for results in scan(graphs).values() for result in results]


def test_every_stack_passes_every_check_or_waives_it_with_a_reason(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert command.main() == 0, capsys.readouterr()
    told = capsys.readouterr()
    assert [stack for stack in offline.stack_names() if f"{stack}: " not in told.out] == []
    assert [secret for secret in recorded("prod").secrets() if secret in told.out] == []


def test_every_check_fails_where_what_it_reads_is_wrong(bad: list[Result]) -> None:
    """An argument under a wrong name would be missing: its check would pass, or fail, whatever is set."""
    failed = {(result.type_, result.check) for result in bad if not result.passed}
    listed = {(type_, check) for type_, checks in EXPECTED.items() for check in checks}
    assert listed - failed == set(NEVER)


def test_a_stack_that_breaks_a_check_is_refused(
    bad: list[Result], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "scan", lambda _: {"prod": bad})
    assert command.main(["prod"]) == 1
    (told,) = [line for line in capsys.readouterr().out.splitlines() if "CKV_AWS_157" in line]
    assert "failed" in told
    assert "RDS.5" in told
    assert "database-instance" in told
    assert "Set database.multi_az" in told
