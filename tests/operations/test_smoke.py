"""The smoke test against a fake Airflow: what passes, and that each broken part fails in its own phase."""

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest
from rich.console import Console

from operations import smoke_phases
from operations.smoke import Report, Target, run_smoke
from operations.smoke_aws import Aws
from tests.operations.conftest import BUCKET, PREFIX
from tests.operations.fake_airflow import PASSWORD, TOKEN, FakeAirflow


def keep_log(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Lets the bucket hold a log for every run; {run} is the run's id."""
    key_of = Aws.log_key

    def log_key(self: Aws, dag: str, run_id: str, task: str) -> str:
        key = key_of(self, dag, run_id, task)
        body = text.format(run=run_id).encode()
        boto3.client("s3", region_name="us-east-1").put_object(Bucket=BUCKET, Key=key, Body=body)
        return key

    monkeypatch.setattr(Aws, "log_key", log_key)


def shown(report: Report) -> str:
    console = Console(file=io.StringIO(), width=200)
    report.show(console)
    text = console.file.getvalue()  # pyright: ignore[reportAttributeAccessIssue]: the file is the StringIO above
    return str(text)


def failed_phase(report: Report) -> str:
    assert report.failure is not None, shown(report)
    return report.failure.name


def test_a_working_deployment_passes_every_phase(cloud: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_log(monkeypatch, "hello from {run}")
    report = run_smoke(cloud)
    assert report.ok, shown(report)
    assert {phase.status for phase in report.phases} == {"passed"}


def test_without_bucket_and_prefix_only_those_phases_are_skipped(target: Target) -> None:
    report = run_smoke(target)
    assert report.ok
    skipped = [phase.name for phase in report.phases if phase.status == "skipped"]
    assert skipped == ["variable", "secrets backend", "log in bucket"]


def test_the_marker_is_removed_after_a_failure_too(cloud: Target, fake: FakeAirflow) -> None:
    fake.run_state = "failed"
    run_smoke(cloud)
    found = boto3.client("ssm", region_name="us-east-1").get_parameters_by_path(Path=PREFIX)
    assert found["Parameters"] == []


def sick(fake: FakeAirflow) -> None:
    fake.sick = {"triggerer": {"status": "unhealthy"}, "dag_processor": None}


def unknown(fake: FakeAirflow) -> None:
    fake.known = False
    fake.import_errors = [{"filename": "smoke.py", "stack_trace": "ImportError: no module"}]


def broken_task(fake: FakeAirflow) -> None:
    fake.run_state = "failed"
    fake.tasks["read_variable"]["state"] = "failed"
    fake.log_tail = [{"event": "Task failed", "error_detail": [{"exc_type": "KeyError", "exc_value": "x"}]}]


def stuck(fake: FakeAirflow) -> None:
    fake.run_state = "running"
    fake.tasks["wait_in_triggerer"]["state"] = "deferred"


def set_field(name: str, value: Any) -> Callable[[FakeAirflow], None]:
    return lambda fake: setattr(fake, name, value)


@pytest.mark.parametrize(
    ("break_it", "phase", "reason", "log"),
    [
        (set_field("version", "3.2.0"), "version", "Airflow is 3.2.0, expected 3.3.2", ""),
        (sick, "health", "triggerer is unhealthy, dag_processor is never seen", ""),
        (unknown, "dag", "not known", "ImportError: no module"),
        (broken_task, "run", "read_variable failed", "Task failed | KeyError: x"),
        (stuck, "run", "did not end in time", "hello from smoke-"),
        (set_field("event", None), "triggerer", "without an event", "hello from"),
        (
            lambda fake: fake.tasks["fail_once"].update(try_number=1),
            "retry",
            "attempt 1, expected 2",
            "hello",
        ),
        (set_field("greets", False), "log by API", "lacks the line", "nothing"),
    ],
)
def test_a_broken_part_fails_in_its_own_phase(
    break_it: Callable[[FakeAirflow], None],
    phase: str,
    reason: str,
    log: str,
    fake: FakeAirflow,
    target: Target,
) -> None:
    break_it(fake)
    report = run_smoke(replace(target, version="3.3.2"))
    assert failed_phase(report) == phase
    assert reason in shown(report)
    assert log in "\n".join(report.phases[-1].log)


def test_another_value_than_the_marker_fails_the_secrets_backend(
    cloud: Target, fake: FakeAirflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fake, "_returned", lambda task: "stale")
    assert failed_phase(run_smoke(cloud)) == "secrets backend"


def test_a_variable_in_the_metadata_database_proves_nothing(cloud: Target, fake: FakeAirflow) -> None:
    fake.in_database = True
    assert failed_phase(run_smoke(cloud)) == "secrets backend"


@pytest.mark.parametrize(("text", "reason"), [(None, "does not exist"), ("other", "lacks the line")])
def test_a_log_that_is_not_kept_fails(
    text: str | None, reason: str, cloud: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    if text:
        keep_log(monkeypatch, text)
    report = run_smoke(cloud)
    assert failed_phase(report) == "log in bucket"
    assert reason in report.phases[-1].detail


def test_a_missing_bucket_is_a_finding_and_no_traceback(cloud: Target) -> None:
    report = run_smoke(replace(cloud, bucket="not-there"))
    assert failed_phase(report) == "log in bucket"
    assert "NoSuchBucket" in report.phases[-1].detail


def test_an_address_where_nobody_listens_is_a_finding() -> None:
    report = run_smoke(Target(url="http://127.0.0.1:9", timeout_seconds=0.1))
    assert failed_phase(report) == "version"
    assert "ConnectError" in report.phases[-1].detail


def test_a_wrong_password_fails_and_is_not_shown(target: Target) -> None:
    report = run_smoke(replace(target, password="wrong-battery"))
    assert failed_phase(report) == "login"
    assert "wrong-battery" not in shown(report)


def test_a_secret_in_a_log_is_hidden(fake: FakeAirflow, target: Target) -> None:
    broken_task(fake)
    fake.log_tail = [f"connecting with {PASSWORD} and key-of-the-test"]
    text = shown(run_smoke(replace(target, credentials=("id", "key-of-the-test"))))
    assert "connecting with [secret] and [secret]" in text
    assert PASSWORD not in repr(target)


def test_a_token_stands_in_for_a_password(target: Target) -> None:
    assert run_smoke(replace(target, password="", token=TOKEN)).ok


def test_a_failed_log_shows_only_its_last_lines(fake: FakeAirflow, target: Target) -> None:
    broken_task(fake)
    fake.log_tail = [f"line {number}" for number in range(100)]
    assert run_smoke(target).phases[-1].log == tuple(f"line {number}" for number in range(85, 100))


def test_the_phases_look_for_what_the_dag_does() -> None:
    """The DAG and the phases share names across two environments; nothing else keeps them together."""
    dag = (Path(__file__).parents[2] / "dags" / "smoke" / "smoke.py").read_text()
    names = (f'dag_id="{smoke_phases.DAG}"', "say_hello", "read_variable", "wait_in_triggerer", "fail_once")
    assert [name for name in names if name not in dag] == []
