"""Which stacks are destroyed, and how: decided by their states in S3, done by a pulumi of the test's own."""

import json
import signal
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from operations import janitor, janitor_destroy, stack_file
from operations.stack_states import HISTORY, LOCKS, STACKS
from tests.operations.aws_account import NAMES, client, refuse
from tests.operations.programs import put
from tests.operations.state_files import keep, state

AGES = {"due": 73, "young": 71}
"""Stacks with 72 hours to live -> their age in hours."""
Look = Callable[..., tuple[int, dict[str, str]]]


@pytest.fixture
def bucket(account: None) -> None:
    for stack, age in AGES.items():
        keep(stack, state(stack, age=age))


@pytest.fixture
def look(bucket: None, capsys: pytest.CaptureFixture[str]) -> Look:
    """Exit code and what is said of each stack."""

    def run(*arguments: str) -> tuple[int, dict[str, str]]:
        code = janitor.main(["x", *arguments])
        lines = capsys.readouterr().out.splitlines()[2:]
        cells = (line.strip("| ").split(" | ") for line in lines)
        return code, {stack.strip("`"): text for stack, text in cells}

    return run


def test_by_default_nothing_is_destroyed(look: Look) -> None:
    calls = put("pulumi", "")
    code, told = look()
    assert (code, told["due"]) == (0, "would be destroyed")
    assert told["young"].startswith("stays: it may live until ")
    assert not calls.exists()


def test_what_is_due_is_destroyed_with_its_state_outside_of_any_project(look: Look) -> None:
    calls = put(
        "pulumi",
        "assert os.listdir('.') == []\nassert os.environ['PULUMI_BACKEND_URL'].startswith('s3://')",
    )
    assert look("--destroy") == (0, {"due": "destroyed", "young": look()[1]["young"]})
    end = "--yes --stack organization/airflow/due --non-interactive --color never"
    assert calls.read_text().splitlines() == [f"destroy --skip-preview {end}", f"stack rm {end}"]


def test_a_higher_number_and_another_up_extend_a_life(look: Look) -> None:
    keep("due", state("due", hours="96"))
    assert look("--destroy")[1]["due"].startswith("stays: it may live until ")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (state("due", hours=None), "it has no time to live"),
        (state("due", age=71, protect=True), "it may live until "),
        ({"version": 3, "checkpoint": {"latest": {}}}, "nothing is deployed"),
        ({"version": 3, "checkpoint": {}}, "nothing is deployed"),
    ],
)
def test_what_may_not_go_is_left_alone(look: Look, content: dict[str, Any], reason: str) -> None:
    keep("due", content)
    calls = put("pulumi", "")
    code, told = look("--destroy")
    assert (code, told["due"].startswith(f"stays: {reason}")) == (0, True)
    assert not calls.exists()


def test_what_protects_something_past_its_time_is_told_and_not_destroyed(look: Look) -> None:
    keep("due", state("due", protect=True))
    calls = put("pulumi", "")
    code, told = look("--destroy")
    assert code == 1
    assert told["due"].startswith("**could not be destroyed**: it protects database-instance; ")
    assert not calls.exists()


def test_what_was_destroyed_and_is_still_named_goes_after_a_day(
    look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its `stack rm` had failed, or somebody destroyed it by hand."""
    keep("due", {"version": 3, "checkpoint": {"latest": {"manifest": {}}}})
    client("s3").put_object(Bucket=NAMES.bucket, Key=f"{HISTORY}due/due-1.history.json", Body="{}")
    calls = put("pulumi", "")
    assert look("--destroy")[1]["due"] == "stays: nothing is deployed"
    monkeypatch.setattr(janitor, "EMPTY_FOR", timedelta(seconds=-1))
    assert look("--destroy")[1]["due"] == "destroyed"
    assert "stack rm --yes --stack organization/airflow/due " in calls.read_text()


def test_a_long_lived_stack_is_left_alone_whatever_its_state_says(look: Look) -> None:
    """The file x has no `ephemeral`; the file of one that has it keeps it from nothing."""
    keep("x", state("x"))
    files = stack_file.ROOT / "stacks"
    text = (files / "Pulumi.x.yaml").read_text()
    (files / "Pulumi.due.yaml").write_text(f"{text}  airflow:ephemeral: {{time_to_live_hours: 72}}\n")
    told = look()[1]
    assert (told["x"], told["due"]) == ("stays: its stack file is long-lived", "would be destroyed")


def test_a_stack_that_is_being_updated_is_left_alone(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    client("s3").put_object(Bucket=NAMES.bucket, Key=f"{LOCKS}due/lock.json", Body="{}")
    client("s3").put_object(Bucket=NAMES.bucket, Key=f"{LOCKS}young-2/lock.json", Body="{}")
    assert look("--destroy")[1]["due"] == "stays: an update is running"
    monkeypatch.setattr(janitor, "LONGEST_UPDATE", timedelta(seconds=-1))
    code, told = look("--destroy")
    assert code == 1
    assert told["due"].startswith("**could not be destroyed**: locked since ")
    assert told["due"].endswith("run pulumi cancel --stack organization/airflow/due")


def test_one_that_cannot_be_destroyed_does_not_keep_the_next_from_it(look: Look, tmp_path: Path) -> None:
    keep("a-broken", state("a-broken"))
    keep("c-foreign", state("c-foreign", hours="soon"))
    client("s3").put_object(Bucket=NAMES.bucket, Key=f"{STACKS}b-strange.json", Body="{}")
    put("pulumi", "if 'broken' in sys.argv[5]: sys.exit('noise\\nerror: no  such role\\nmore noise')")
    code, told = look("--destroy", "--output", str(tmp_path / "janitor" / "x.json"))
    assert (code, told["due"]) == (1, "destroyed")
    assert told["a-broken"] == "**could not be destroyed**: pulumi destroy: error: no such role"
    assert told["b-strange"].endswith("b-strange.json: not a state of Pulumi's")
    written = json.loads((tmp_path / "janitor" / "x.json").read_text())
    assert [each["stack"] for each in written["outcomes"] if each["failed"]] == [
        "a-broken",
        "b-strange",
        "c-foreign",
    ]


@pytest.mark.parametrize(
    ("at_interrupt", "problem"),
    [
        (signal.SIG_DFL, "interrupted; the next run goes on"),
        (signal.SIG_IGN, "killed; run pulumi cancel, then pulumi destroy"),
    ],
    ids=["ends", "does not listen"],
)
def test_what_takes_too_long_is_interrupted_before_it_is_killed(
    look: Look, monkeypatch: pytest.MonkeyPatch, at_interrupt: signal.Handlers, problem: str
) -> None:
    """Killed at once, it would leave the lock behind that every later run respects."""
    monkeypatch.setattr(janitor_destroy, "DESTROY_SECONDS", 0.5)
    monkeypatch.setattr(janitor_destroy, "STOP_SECONDS", 0.5 if at_interrupt == signal.SIG_IGN else 60)
    put("pulumi", "time.sleep(60)")
    before = signal.signal(signal.SIGINT, at_interrupt)  # what a new process begins with
    try:
        code, told = look("--destroy")
    finally:
        signal.signal(signal.SIGINT, before)
    assert code == 1
    assert told["due"] == f"**could not be destroyed**: pulumi destroy: not done after 0.5 s and {problem}"


def test_after_a_time_no_other_is_begun(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(janitor, "LONGEST_RUN", timedelta(seconds=-1))
    assert look("--destroy")[1]["due"] == "is due; the next run destroys it"


def test_a_run_ends_before_its_credentials_do() -> None:
    ended = 2 * janitor_destroy.STOP_SECONDS
    one = timedelta(seconds=janitor_destroy.DESTROY_SECONDS + janitor_destroy.REMOVE_SECONDS + ended)
    since_they_were_taken = timedelta(minutes=5)  # an hour, part of which the set-up takes
    assert since_they_were_taken + janitor.LONGEST_RUN + one <= timedelta(hours=1)


def test_without_pulumi_it_says_so(look: Look) -> None:
    assert look("--destroy")[1]["due"].endswith("pulumi destroy: FileNotFoundError; is it installed?")


def test_a_bucket_that_cannot_be_read_is_one_line(
    look: Look, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    refuse(monkeypatch, "ListObjectsV2", "AccessDenied")
    assert janitor.main(["x"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("janitor: no right to ListObjectsV2")
