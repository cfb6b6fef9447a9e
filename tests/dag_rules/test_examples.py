"""Each rule for DAG files on a good and a bad file, read by the real Airflow and the pinned ruff."""

import re
from pathlib import Path

import pytest

from operations import dag_check
from operations.dag_rules import RULES

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
BAD = {
    "air.py": {"AIR002"},
    "catchup.py": {"catchup"},
    "cycle.py": {"cycle"},
    "dag_id.py": set[str](),  # the file that is read later is the one that is told
    "description.py": {"description"},
    "exits.py": {"import"},
    "import_deep.py": {"import", "AIR003"},
    "imports.py": {"import"},
    "owner.py": {"owner"},
    "retries_at_once.py": {"retries"},
    "retries_missing.py": {"retries"},
    "retries_off.py": {"retries"},
    "start_date_missing.py": {"start-date"},
    "start_date_moves.py": {"start-date", "AIR304"},
    "tags.py": {"tags", "dag-id"},
    "top_level.py": {"top-level"},
}
"""Bad file to the rules that it breaks, and no others."""
LINE = re.compile(r"tests/dag_rules/bad/(\w+\.py):(\d+) ([\w-]+): .+ - .+")
PLACES = {
    "imports.py": {5},
    "cycle.py": {8},
    "import_deep.py": {8},
    "tags.py": {8},
    "start_date_moves.py": {18, 25, 26},
}
"""Where a finding points to: the import, the DAG, each date."""


@pytest.mark.parametrize("rule", [*RULES, "dag-id", "air"])
def test_a_rule_has_a_good_and_a_bad_file(rule: str) -> None:
    start = rule.replace("-", "_")
    for folder in ("good", "bad"):
        assert [path for path in (HERE / folder).glob("*.py") if path.name.startswith(start)]


def test_every_bad_file_says_what_is_bad() -> None:
    assert {path.name for path in (HERE / "bad").glob("*.py")} == set(BAD)


@pytest.mark.emulator
def test_bad_files_are_told_line_by_line(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)  # it adds a line of its own to each
    assert dag_check.main([str(HERE / "bad")]) == 1
    lines = capfd.readouterr().out.splitlines()
    found = [match.groups() for match in map(LINE.fullmatch, lines) if match]
    assert {name: {rule for file, _, rule in found if file == name} for name in BAD} == BAD
    for name, places in PLACES.items():
        assert {int(line) for file, line, _ in found if file == name} == places
    assert len(found) == lines.index(next(line for line in lines if line.startswith("┏")))
    assert lines[-1] == f"{len(BAD)} files, 12 DAGs, {len(found)} findings"


@pytest.mark.emulator
def test_good_files_and_our_own_pass(capfd: pytest.CaptureFixture[str]) -> None:
    folders = [HERE / "good", ROOT / "dags", ROOT / "dags" / "smoke"]
    assert dag_check.main([str(folder) for folder in folders]) == 0
    assert capfd.readouterr().out.splitlines()[-1].endswith(", 0 findings")
