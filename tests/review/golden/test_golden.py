"""Each file in cases/ is a small real edit, with the verdict that AWS, Kubernetes and Pulumi call for."""

from __future__ import annotations

import html
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated

import pytest
import yaml
from pydantic import BaseModel, ConfigDict, Field

from review.__main__ import allowed
from review.markdown import markdown
from review.recording import Pair, Recording
from review.report import reports
from tests.review.golden.tree import Edit, Tree

FILES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))
BLOCKED = 2
DAY = date(2026, 11, 27)
"""On which waivers are judged."""


class Case(BaseModel):
    """One edit and what must be said of it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    because: str
    """Why the verdict is right: what really happens."""
    edit: Edit
    base: Edit = Field(default_factory=dict)
    """What was already merged before."""
    stack: str = "prod"
    labels: Sequence[str] = ()
    exit: Annotated[int, Field(ge=0, le=2)]
    blocks: Sequence[str] = ()
    """Names of what blocks, all of them."""
    breaks: Sequence[str] = ()
    """Numbers of policies that it breaks, among others."""
    says: Sequence[str] = ()
    silent: Sequence[str] = ()


@pytest.fixture(scope="session")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tree]:
    made = Tree(tmp_path_factory.mktemp("golden"))
    yield made
    made.close()


@cache
def before(tree: Tree, stack: str) -> Recording:
    return tree.record(stack)


def both(tree: Tree, case: Case) -> Pair:
    if not case.base:
        base = before(tree, case.stack)
        with tree.edited(case.edit):
            return Pair(case.stack, base, tree.record(case.stack), DAY)
    with tree.edited(case.base):
        base = tree.record(case.stack)
        with tree.edited(case.edit):
            return Pair(case.stack, base, tree.record(case.stack), DAY)


def case_of(file: Path) -> Case:
    return Case.model_validate(yaml.safe_load(file.read_text()))


def told(text: str, case: Case) -> None:
    """What a reviewer reads has what it should have, and not more."""
    read = html.unescape(text)
    assert [wanted for wanted in case.says if wanted not in read] == [], read
    assert [unwanted for unwanted in case.silent if unwanted in read] == [], read


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_an_edit_gets_its_verdict(tree: Tree, file: Path) -> None:
    case = case_of(file)
    prod = Pair("prod", before(tree, "prod"), before(tree, "prod"), DAY)
    pairs = [both(tree, case), *([prod] if case.stack != "prod" else [])]
    report, *_ = reports(pairs, allowed(json.dumps(list(case.labels))))
    assert not report.error
    text = markdown("base", "head", [report])
    assert {finding.allow for finding in report.blocking if finding.allow} == set(case.blocks), text
    assert {f.text.split()[0] for f in report.blocking if not f.allow} >= set(case.breaks), text
    assert (BLOCKED if report.blocked else 0) == case.exit
    told(text, case)


@pytest.mark.parametrize("name", ["class-bigger", "bucket-renamed"])
def test_the_whole_command_says_the_same(tree: Tree, tmp_path: Path, name: str) -> None:
    case = case_of(Path(__file__).parent / "cases" / f"{name}.yaml")
    command = [sys.executable, "-m", "review", "HEAD~1", "--output", str(tmp_path)]
    with tree.edited(case.edit):
        done = subprocess.run(command, cwd=tree.folder, capture_output=True, text=True, check=False)
    assert done.returncode == case.exit, done.stdout + done.stderr
    told((tmp_path / "review.md").read_text(), case)
