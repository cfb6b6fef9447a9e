"""Revisions that do not load, stack by stack: each is one line, and the other stacks are recorded."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from offline import ROOT
from review import recording
from review.outside import project_problem
from review.recording import Recording, record_pairs, record_tree
from review.report import reports
from tests.review.repositories import PROGRAM, STACKS, edit, program
from tests.review.sides import said


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return program(tmp_path_factory.mktemp("base") / "tree")


@pytest.fixture
def head(tmp_path: Path) -> Path:
    return program(tmp_path / "tree")


def recorded(tree: Path) -> dict[str, Recording]:
    return asyncio.run(record_tree(tree, "00"))


def in_prod(body: str) -> str:
    """The program with something that happens in one stack alone."""
    return f"{PROGRAM}\nif pulumi.get_stack() == 'prod':\n    {body}\n"


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("raise pulumi.RunError('two\\n  lines')", "two lines"),
        ("raise ValueError('subnets: at least 2')", "subnets: at least 2"),
        ("raise KeyError('a value')", "KeyError in __main__.py, line 30"),
        ("import nowhere", "No module named 'nowhere'"),
        ("import sys; sys.exit('a value')", "SystemExit in __main__.py, line 30"),
        ("import os; os._exit(3)", "the program's process ends by itself, with exit code 3"),
        ("import os; os.kill(os.getpid(), 11)", "the program's process ends by itself, with signal 11"),
    ],
)
def test_a_program_that_fails_in_one_stack_is_one_line_of_that_stack(
    head: Path, body: str, line: str
) -> None:
    (head / "__main__.py").write_text(in_prod(body))
    found = recorded(head)
    assert found["prod"].error == line
    assert [stack for stack in STACKS if found[stack].graph is None] == ["prod"]


def test_a_program_that_hangs_in_one_stack_holds_no_other(
    head: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "SECONDS", 8)
    (head / "__main__.py").write_text(in_prod("import time; time.sleep(1000)"))
    found = recorded(head)
    assert found["prod"].error == "the program does not end within 8 s"
    assert [stack for stack in STACKS if found[stack].graph is None] == ["prod"]


def test_what_a_program_prints_is_no_part_of_its_answer(head: Path) -> None:
    noise = "import os; print('{}'); os.system('echo []')"
    (head / "__main__.py").write_text(f"{PROGRAM}\n{noise}\n")
    assert all(side.graph for side in recorded(head).values())


def test_a_program_that_nobody_can_load_is_the_same_line_of_every_stack(head: Path) -> None:
    (head / "offline" / "monitor.py").write_text("def (\n")
    found = recorded(head)
    assert {side.error for side in found.values()} == {
        "the program does not load: SyntaxError: invalid syntax"
    }


def test_a_program_with_a_syntax_error_names_the_line_without_the_folder(head: Path) -> None:
    (head / "__main__.py").write_text("def (\n")
    errors = {side.error for side in recorded(head).values()}
    assert errors == {"invalid syntax (__main__.py, line 1)"}


MAPPING = "should be a mapping with a mapping `config`"
FILES = {
    "alias": (b"config: {a: *hidden-1}", "stacks/Pulumi.alias.yaml: not YAML, line 1, column 13"),
    "list": (b"[a, b]", f"stacks/Pulumi.list.yaml: {MAPPING}"),
    "inner": (b"config: [a]", f"stacks/Pulumi.inner.yaml: {MAPPING}"),
    "empty": (b"", f"stacks/Pulumi.empty.yaml: {MAPPING}"),
    "latin": (b"config: {a: \xff}", "stacks/Pulumi.latin.yaml: not UTF-8, from byte 13; save it as UTF-8"),
    "zero": (b"config: {a: \x00}", "stacks/Pulumi.zero.yaml: not YAML"),
    "other": (b"encryptionsalt: x", "Missing required configuration variable 'airflow:settings'"),
    "remote": (b"environment: [all]\nconfig: {}", "stacks/Pulumi.remote.yaml: environment: nobody can tell"),
}


def test_stack_files_that_cannot_be_read_are_one_line_each(head: Path) -> None:
    for stack, (content, _) in FILES.items():
        (head / "stacks" / f"Pulumi.{stack}.yaml").write_bytes(content)
    found = recorded(head)
    for stack, (_, line) in FILES.items():
        assert found[stack].error.startswith(line)
        assert "\n" not in found[stack].error
    assert all(found[stack].graph for stack in STACKS)


def test_a_stack_file_that_is_a_link_or_has_no_name_is_not_read(head: Path) -> None:
    os.symlink("/etc/passwd", head / "stacks" / "Pulumi.link.yaml")
    (head / "stacks" / "Pulumi.a b.yaml").write_text("config: {}")
    found = recorded(head)
    assert found["link"].error == "stacks/Pulumi.link.yaml: not a file"
    assert "a stack's name has letters, digits, - and _" in found["a b"].error
    assert all(found[stack].graph for stack in STACKS)


@pytest.mark.parametrize("line", ["stackConfigDir: environments", "stackConfigDir: stacks\nmain: other/", ""])
def test_a_project_that_runs_something_else_than_what_is_recorded_is_an_error(head: Path, line: str) -> None:
    (head / "Pulumi.yaml").write_text(f"name: airflow\n{line}\n")
    key = "main" if "main" in line else "stackConfigDir"
    start = f"Pulumi.yaml: {key}: the report follows "
    assert [side.error.startswith(start) for side in recorded(head).values()] == [True] * len(STACKS)


def test_the_committed_project_is_what_is_recorded() -> None:
    assert project_problem(ROOT) == ""


def test_another_provider_of_a_stacks_secrets_is_told(base: Path, head: Path) -> None:
    with (head / "stacks" / "Pulumi.prod.yaml").open("a") as file:
        file.write("secretsprovider: awskms://alias/other\nencryptedkey: abc\n")
    found = {report.stack: report for report in reports(record_pairs(base, head), [])}
    assert "another key opens the stack's secrets**: <code>none</code> → <code>awskms" in said(found["prod"])
    assert "another key" not in said(found["dev"])


def test_a_section_that_fails_blocks_its_stack_and_no_other(
    base: Path, head: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(head / "stacks" / "Pulumi.prod.yaml", 'size: "1"', 'size: "2"')

    def fails(changes: list[object]) -> None:
        if changes:
            raise KeyError("correct horse battery staple")

    monkeypatch.setattr("review.downtime.interruptions", fails)
    found = {report.stack: report for report in reports(record_pairs(base, head), [])}
    text = str(found["prod"].blocking)
    assert "this section is missing, by a mistake of its own: KeyError in " in text
    assert "horse" not in text
    assert found["prod"].changes
    assert not found["dev"].error


def test_a_comparison_that_fails_costs_one_stack(
    base: Path, head: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []

    def fails(*_: object) -> list[object]:
        calls.append(1)
        if len(calls) == 1:
            raise KeyError("a value")
        return []

    monkeypatch.setattr("review.report.changes", fails)
    dev, *others = reports(record_pairs(base, head), [])
    assert dev.error.startswith("a mistake of the report's own: KeyError in ")
    assert dev.blocked
    assert not any(report.error for report in others)
