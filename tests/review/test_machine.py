"""`review.json` has the form that review/machine.py describes, so that programs can rely on it."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from review.environments import Difference
from review.machine import machine_readable
from review.verdict import StackReport
from tests.review.sides import edited

Verdict = Literal["unchanged", "mergeable", "blocked", "unknown"]


class Form(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Property(Form):
    path: str
    before: str
    after: str
    forces_replacement: bool


class Change(Form):
    action: Literal["replace", "delete", "update", "create"]
    name: str
    type: str
    urn: str
    renamed_from: str
    because_of: list[str]
    properties: list[Property]


class Finding(Form):
    text: str
    severity: Literal["blocking", "allowed", "note"]
    allow: str
    details: dict[str, Any]


class Stack(Form):
    verdict: Verdict
    error: str
    blocking: list[str]
    allowed_unused: list[str]
    changes: list[Change]
    objects: dict[str, list[Property]]
    sections: dict[str, list[Finding]]


class Environment(Form):
    stack: str
    path: str
    here: str
    there: str
    declared: bool


class Report(Form):
    version: Literal[1] = Field(alias="schema")
    base: str
    head: str
    verdict: Verdict
    notes: list[str]
    environments: list[Environment]
    stacks: dict[str, Stack]


def test_the_form_is_the_documented_one() -> None:
    replaced = edited("prod", {"database": {"name": "other"}}, {"allow": ["database-instance"]})
    blocked = edited("staging", {"database": {"name": "other"}})
    broken = StackReport(stack="dev", error="head is not recorded: why")
    empty = StackReport(stack="local")
    differs = Difference(stack="dev", path="a", here="1", there="2", declared=False)
    text = machine_readable("a", "b", [replaced, blocked, broken, empty], ["note"], [differs])
    report = Report.model_validate_json(text)
    assert report.verdict == "unknown"
    verdicts = {name: stack.verdict for name, stack in report.stacks.items()}
    assert verdicts == {"prod": "mergeable", "staging": "blocked", "dev": "unknown", "local": "unchanged"}
    sections = [section for stack in report.stacks.values() for section in stack.sections.values()]
    severities = {finding.severity for section in sections for finding in section}
    assert severities == {"blocking", "allowed", "note"}
