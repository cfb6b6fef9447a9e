"""Each file in cases/ is a small real edit, with the verdict that AWS, Kubernetes and Pulumi call for."""

from __future__ import annotations

import html
import json
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
    """Names of what blocks, and numbers of broken policies."""
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


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_an_edit_gets_its_verdict(tree: Tree, file: Path) -> None:
    case = Case.model_validate(yaml.safe_load(file.read_text()))
    prod = Pair("prod", before(tree, "prod"), before(tree, "prod"), DAY)
    pairs = [both(tree, case), *([prod] if case.stack != "prod" else [])]
    report, *_ = reports(pairs, allowed(json.dumps(list(case.labels))))
    text = html.unescape(markdown("base", "head", [report]))
    assert not report.error
    assert {f.allow or f.text.split()[0] for f in report.blocking} == set(case.blocks), text
    assert (BLOCKED if report.blocked else 0) == case.exit
    assert [wanted for wanted in case.says if wanted not in text] == [], text
    assert [unwanted for unwanted in case.silent if unwanted in text] == [], text
