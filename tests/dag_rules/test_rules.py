"""The rules for DAG files on made-up facts, and the command around them; no Airflow needed."""

import ast
import json
from pathlib import Path
from typing import Any

import pytest

from operations import dag_check, dag_facts
from operations.dag_facts import DagFacts, FileFacts, TaskFacts
from operations.dag_rules import Finding, judge
from operations.dag_start_dates import moving_start_dates

TASK: dict[str, Any] = {
    "task_id": "count",
    "owner": "sales",
    "start_date": True,
    "retries": 2,
    "retry_delay_seconds": 60,
}
DAG: dict[str, Any] = {
    "dag_id": "sales",
    "line": 7,
    "given": ["catchup"],
    "start_date": True,
    "default_retries": 2,
    "tags": ["sales"],
    "description": "Counts.",
}


def facts(
    file: Path, *, dag: dict[str, Any] | None = None, task: dict[str, Any] | None = None, **changes: Any
) -> FileFacts:
    built = DagFacts(**(DAG | (dag or {})), tasks=[TaskFacts(**(TASK | (task or {})))])
    return FileFacts(
        **({"file": str(file), "seconds": 0.1, "errors": [], "made": {}, "dags": [built]} | changes)
    )


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "sales.py"
    made.write_text("START = 1\n")
    return made


def rules_of(*files: FileFacts) -> list[str]:
    return [finding.rule for finding in judge(files, str)]


def test_a_good_file_is_silent(file: Path) -> None:
    assert rules_of(facts(file)) == []


@pytest.mark.parametrize(
    ("dag", "task", "rule"),
    [
        ({"given": []}, {}, "catchup"),
        ({"start_date": False}, {"start_date": False}, "start-date"),
        ({"tags": []}, {}, "tags"),
        ({"description": " "}, {}, "description"),
        ({"default_retries": 0}, {"retries": 0, "retry_delay_seconds": None}, "retries"),
        ({"default_retries": None}, {"retries": None}, "retries"),
        ({}, {"retry_delay_seconds": None}, "retries"),
        ({}, {"retry_delay_seconds": 0}, "retries"),
        ({}, {"owner": "airflow"}, "owner"),
        ({}, {"owner": ""}, "owner"),
    ],
)
def test_a_breach_is_told_at_the_dag(
    file: Path, dag: dict[str, Any], task: dict[str, Any], rule: str
) -> None:
    (finding,) = judge([facts(file, dag=dag, task=task)], str)
    assert (finding.rule, finding.line) == (rule, 7)
    assert "sales" in finding.message


def test_a_task_that_must_not_run_twice_may_say_so(file: Path) -> None:
    assert rules_of(facts(file, task={"retries": 0, "retry_delay_seconds": None})) == []


def test_tasks_may_have_the_start_dates(file: Path) -> None:
    assert rules_of(facts(file, dag={"start_date": False})) == []


@pytest.mark.parametrize(("seconds", "rules"), [(1.0, []), (1.01, ["top-level"])])
def test_work_at_the_top_level_has_a_limit(file: Path, seconds: float, rules: list[str]) -> None:
    assert rules_of(facts(file, seconds=seconds)) == rules


def test_an_id_may_be_used_once_in_all_files(file: Path) -> None:
    other = file.with_name("other.py")
    other.write_text("")
    (finding,) = judge([facts(file), facts(other)], str)
    assert (finding.rule, finding.file) == ("dag-id", str(other))
    assert str(file) in finding.message


def test_an_import_error_points_into_the_file(file: Path) -> None:
    error = f'Traceback:\n  File "{file}", line 3, in <module>\n  File "lib.py", line 9, in f\nKeyError: 1\n'
    (finding,) = judge([facts(file, errors=[error], dags=[])], str)
    assert (finding.rule, finding.line, finding.message) == ("import", 3, "KeyError: 1")


@pytest.mark.parametrize(
    "value",
    [
        "datetime.now()",
        "datetime.utcnow() - timedelta(days=1)",
        "days_ago(1)",
        "pendulum.today('UTC').add(days=-1)",
        "pendulum.datetime(2026, 1, 1).add(days=count())",
        "NAMED",
        "datetime(2026, 1, datetime.now().day)",
    ],
)
def test_a_date_that_moves_is_seen(value: str) -> None:
    source = f"NAMED = timezone.utcnow()\nDAG('x', start_date={value})\nARGS = {{'start_date': {value}}}"
    assert len(list(moving_start_dates(ast.parse(source)))) == 2


@pytest.mark.parametrize(
    "value",
    [
        "datetime(2026, 1, 1)",
        "pendulum.datetime(2026, 1, 1, tz='UTC')",
        "datetime(2026, 1, 1, tzinfo=ZoneInfo('UTC')) + timedelta(days=2)",
        "datetime.fromisoformat('2026-01-01')",
        "NAMED",
        "given['start']",
        "None",
    ],
)
def test_a_date_that_stays_is_fine(value: str) -> None:
    source = f"NAMED = datetime(2026, 1, 1)\nDAG('x', start_date={value})"
    assert list(moving_start_dates(ast.parse(source))) == []


def test_ruff_tells_its_own_remedy(tmp_path: Path) -> None:
    file = tmp_path / "old.py"
    file.write_text("from airflow.operators.bash import BashOperator\n\nBashOperator(task_id='x')\n")
    finding = dag_check.ruff_findings([facts(file)])[0]
    assert (finding.rule, finding.file) == ("AIR312", str(file))
    assert "airflow.providers.standard" in finding.remedy


@pytest.mark.parametrize("problem", ["no folder", "no Airflow", "broken Airflow", "no DAG"])
def test_what_cannot_be_checked_is_one_line(
    problem: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    program = tmp_path / "python"
    monkeypatch.setattr(dag_facts, "ROOT", tmp_path)
    monkeypatch.setattr(dag_facts, "AIRFLOW_PYTHON", program)
    folder = tmp_path / "none" if problem == "no folder" else tmp_path
    if problem != "no Airflow":
        answer = "echo a reason >&2; exit 3" if problem == "broken Airflow" else f"echo '{json.dumps([])}'"
        program.write_text(f"#!/bin/sh\n{answer}\n")
        program.chmod(0o755)
    assert dag_check.main([str(folder)]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("dag-check: ")
    said = {
        "no folder": "no such folder",
        "no Airflow": "setup.sh",
        "broken Airflow": "a reason",
        "no DAG": "no DAG",
    }
    assert said[problem] in line


def test_github_shows_a_finding_at_its_line() -> None:
    said = dag_check.annotation(Finding("dags/a.py", 3, "import", "100% wrong", "fix it"))
    assert said == "::error file=dags/a.py,line=3,title=import::100%25 wrong - fix it"


def test_dag_files_see_no_credentials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "python"
    program.write_text(f"#!/bin/sh\nenv >{tmp_path}/seen\necho '[]'\n")
    program.chmod(0o755)
    monkeypatch.setattr(dag_facts, "AIRFLOW_PYTHON", program)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "of-the-test")
    monkeypatch.setenv("GITHUB_TOKEN", "of-the-test")
    dag_facts.read_facts([tmp_path], 1)
    assert "of-the-test" not in (tmp_path / "seen").read_text()
