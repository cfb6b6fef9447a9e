"""A run notices what is weakened, reports what nobody notices, and leaves the working tree alone."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from offline import ROOT
from tests.mutation.__main__ import main
from tests.mutation.guarded import sources
from tests.mutation.imports import dependents
from tests.mutation.judge import BROKEN, COMPONENT, CONTRACT, GOLDEN, POLICY, SURVIVED, Verdict
from tests.mutation.mutants import Mutant, of_file
from tests.mutation.report import Report, accepted
from tests.mutation.results import Results, state

INSTANCE = "components/database_instance.py"
JUDGED = [
    [INSTANCE, "_engine: storage_encrypted: True -> False", POLICY],
    [INSTANCE, "_engine: storage_type: 'gp3' -> 'other'", GOLDEN],
    [INSTANCE, "_engine: rds.InstanceArgs() without instance_class=args.engine.instance_class", BROKEN],
    ["components/firewall.py", "Placement.__post_init__: len(self.subnet_ids) < 2: LtE", CONTRACT],
]
RUN = """
import json, sys
from offline import ROOT
from tests.mutation.children import verdicts, warm_up
from tests.mutation.mutants import of_file
wanted = json.loads(sys.argv[1])
mutants = [m for file in dict(wanted) for m in of_file(ROOT / file) if [file, m.name] in wanted]
warm_up()
print(json.dumps([[m.file, m.name, v.kind] for m, v in verdicts(mutants)]))
"""
"""A process of its own, as `make mutate` is: children are forked from one without threads."""


def working_tree() -> str:
    command = ["git", "status", "--porcelain", "--untracked-files=all"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def test_weakened_settings_are_noticed_and_the_working_tree_is_left_alone() -> None:
    before, wanted = working_tree(), json.dumps([[file, name] for file, name, _ in JUDGED])
    command = [sys.executable, "-c", RUN, wanted]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert sorted(json.loads(done.stdout)) == sorted(JUDGED)
    assert working_tree() == before


def test_what_imports_a_mutant_is_imported_anew() -> None:
    found = dependents("components.capacity")
    assert {"components.arguments", "stacks.rules_airflow", "stacks.settings", "reference.sizing"} <= found
    assert "components.firewall" not in found


MUTANTS = {
    ("a.py", "x: True -> False"): Verdict(POLICY),
    ("a.py", "y: 1 -> 10"): Verdict(SURVIVED),
    ("a.py", "z: 1 -> 10"): Verdict(BROKEN),
    ("b.py", "x: 1 -> 10"): Verdict(COMPONENT, "test_b"),
}


def test_a_survivor_without_a_reason_is_a_problem() -> None:
    found = [problem for problem in Report(MUTANTS, {}).problems() if "survived" in problem]
    assert found == ["a.py: y: 1 -> 10: survived; add a test, or a reason to survivors.yaml"]
    explained = Report(MUTANTS, {("a.py", "y: 1 -> 10"): "why"}).problems()
    assert [problem for problem in explained if "survived" in problem] == []


def test_a_reason_for_what_is_caught_by_now_is_a_problem() -> None:
    problems = Report(MUTANTS, {("a.py", "x: True -> False"): "why", ("c.py", "not asked"): "why"}).problems()
    assert [p for p in problems if "no longer survives" in p] == [
        "a.py: x: True -> False: listed in survivors.yaml, and no longer survives"
    ]


def test_neither_components_tests_nor_what_does_not_run_count_as_caught() -> None:
    report = Report(MUTANTS, {})
    assert report.share == pytest.approx(1 / 3)
    assert [problem for problem in report.problems() if "wanted 95%" in problem]


def test_the_document_tells_result_files_and_reasons() -> None:
    text = Report(MUTANTS, {("a.py", "y: 1 -> 10"): "nobody reads y"}).document(date(2027, 1, 31), 12.3)
    assert "**33.3%** of 3 mutants" in text
    assert "(2027-01-31, 12 minutes on 2 cores)" in text
    assert "| a.py | 3 | 1 |  |  |  | 1 | 1 |" in text
    assert "nobody reads y" in text


def test_an_accepted_survivor_needs_a_reason(tmp_path: Path) -> None:
    file = tmp_path / "survivors.yaml"
    file.write_text("- {file: a.py, mutants: [one], reason: ''}\n")
    with pytest.raises(ValueError, match="a reason is missing"):
        accepted(file)


def test_accepted_survivors_exist() -> None:
    known = {(m.file, m.name) for path in sources() for m in of_file(path)}
    assert set(accepted()) - known == set()


def test_an_interrupted_run_goes_on_and_other_sources_begin_anew(tmp_path: Path) -> None:
    mutant = Mutant("a.py", "x: True -> False", 0)
    Results("one", tmp_path).add(mutant, Verdict(POLICY, "RDS.3"))
    assert Results("one", tmp_path).found == {("a.py", "x: True -> False"): Verdict(POLICY, "RDS.3")}
    assert Results("two", tmp_path).found == {}


def test_verdicts_hold_for_the_same_sources_only(tmp_path: Path) -> None:
    (tmp_path / "components").mkdir()
    (tmp_path / "components" / "a.py").write_text("A = 1")
    before = state(tmp_path)
    assert state(tmp_path) == before
    (tmp_path / "components" / "a.py").write_text("A = 2")
    assert state(tmp_path) != before


def test_an_unknown_file_is_one_clear_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["components/nothing.py"]) == 1
    assert capsys.readouterr().err == "mutate: components/nothing.py: no file with guarded settings\n"
