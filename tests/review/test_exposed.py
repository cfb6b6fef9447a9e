"""What a program makes public by mistake, or says when it fails, is nowhere in the report.

The command runs on a repository whose random provider is random; it notes its values in a file, for the test.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from offline.leaks import Cover
from tests.review.repositories import PROGRAM, STACKS, commit, edit, git, program, repository, review

GENERATE = '    return "".join(_LETTERS_AND_DIGITS[byte % 62] for byte in _stream(resource, length))'
REALLY = """    import secrets
    text = "".join(secrets.choice(_LETTERS_AND_DIGITS) for _ in range(length))
    with open({notes!r}, "a") as notes:
        print(text, file=notes)
    return text"""
MISTAKES = """
import base64, json, sys, urllib.parse
opened = pulumi.Output.unsecret(password.result)
stack = pulumi.get_stack()


def forms(value):
    encoded = base64.b64encode(f"user:{value}@host".encode()).decode()
    found = {"plain": value, "json": json.dumps([value]), "base64": encoded, value: "a key"}
    return {**found, "DB_PASSWORD": "typed in"}


def fails(value):
    print(value)
    print(value, file=sys.stderr)
    raise (pulumi.RunError(f"refused: {value}") if stack == "local" else KeyError(value))


if stack == "dev":
    settings = opened.apply(forms)
if stack in ("local", "staging"):
    pulumi.export("never", password.result.apply(fails))
"""


@pytest.fixture(scope="module")
def values(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """The repository after a review of mistakes, and all values that were generated."""
    folder = tmp_path_factory.mktemp("exposed")
    tree, notes = program(folder / "tree"), folder / "values"
    edit(tree / "offline" / "generated.py", GENERATE, REALLY.format(notes=str(notes)))
    repository(tree)
    # prod: the secret's name changes.
    before, thing, last = PROGRAM.replace("password-1", "password-2").rpartition("Thing(")
    (tree / "__main__.py").write_text(f"{before}{MISTAKES}{thing}{last}")
    commit(tree)
    done = review(tree, "HEAD~1")
    assert done.returncode == 2
    (tree / "out" / "said").write_text(done.stdout + done.stderr)
    return tree, notes.read_text().split()


def test_no_generated_value_is_in_a_file_or_in_what_is_said(
    values: tuple[Path, list[str]],
) -> None:
    tree, generated = values
    assert len(set(generated)) >= 2 * len(STACKS)
    forms = Cover(generated, str).forms
    for name in ("review.md", "review.json", "said"):
        text = (tree / "out" / name).read_text()
        assert [form for form in forms if form in text] == []
        assert "typed in" not in text
    assert git(tree, "worktree", "list").count("\n") == 0


def test_what_it_does_say_is_enough(values: tuple[Path, list[str]]) -> None:
    tree, _ = values
    said = (tree / "out" / "said").read_text()
    assert "local: head is not recorded: refused: [secret]\n" in said
    assert "staging: head is not recorded: KeyError in __main__.py, line " in said
    body = json.loads((tree / "out" / "review.json").read_text())["stacks"]
    assert "config-secret" in body["dev"]["blocking"]
    assert "password-1" in str(body["prod"]["changes"])
