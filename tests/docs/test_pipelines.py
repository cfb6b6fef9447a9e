"""docs/PIPELINES.md and the README's table against the workflows: what they name exists, and all is named."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from offline import ROOT
from operations.access_policies import GRANTED
from tests.workflows.files import WORKFLOWS, Job, jobs, read

TEXT = (ROOT / "docs" / "PIPELINES.md").read_text()
README = (ROOT / "README.md").read_text()
SOURCES = {path.stem: path.read_text() for path in WORKFLOWS}
VARIABLE = r"\b[A-Z][A-Z0-9_]+_(?:DEV|STAGING|PROD|ROLE|REGION|REPOSITORY|DAYS)\b"
STACKS = ("dev", "staging", "prod")
MAIN, REQUEST = "ref:refs/heads/main", "pull_request"


def called() -> set[str]:
    """Workflows that only others start."""
    return {path.stem for path in WORKFLOWS if set(read(path)["on"]) == {"workflow_call"}}


def variables() -> set[str]:
    """Every variable of the repository that a workflow reads."""
    return {name for text in SOURCES.values() for name in re.findall(r"vars\.(\w+)", text)}


def of_one_stack(name: str) -> str:
    """The variable of dev for those of the other stacks, as the document writes them."""
    return re.sub(r"_(STAGING|PROD)$", "_DEV", name)


def test_every_workflow_has_its_section_and_its_row() -> None:
    workflows = set(SOURCES) - called()
    assert set(re.findall(r"^### (\w+)$", TEXT, re.MULTILINE)) == workflows
    table = README.partition("## Pipelines")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == workflows


def test_every_variable_is_told_and_no_other() -> None:
    assert {of_one_stack(name) for name in variables()} == {
        of_one_stack(n) for n in re.findall(VARIABLE, TEXT)
    }


def test_a_stack_without_a_variable_is_told() -> None:
    by_kind: dict[str, set[str]] = {}
    for name in variables():
        if of_one_stack(name).endswith("_DEV"):
            by_kind.setdefault(of_one_stack(name), set()).add(name.rpartition("_")[2].lower())
    missing = {kind: set(STACKS) - stacks for kind, stacks in by_kind.items() if stacks != set(STACKS)}
    assert missing == {"JANITOR_ROLE_DEV": {"prod"}}
    assert "`JANITOR_ROLE_DEV` (no `_PROD`)" in TEXT


def subject(job: Job, stack: str) -> str:
    """What GitHub's token of a job says of itself, behind the repository's name."""
    content: dict[str, Any] = job.content
    if "uses" in content or "environment" in content:
        return f"environment:{stack}"
    pull_request = "pull_request" in read(next(p for p in WORKFLOWS if p.stem == job.workflow))["on"]
    of_main = any(word in content.get("if", "") for word in ("refs/heads/main", "'schedule'"))
    return REQUEST if pull_request and not of_main else MAIN


def trusted() -> Iterator[tuple[str, str]]:
    """Each role's variable, of dev, with the subject of the job that takes it on."""
    for job in jobs():
        if job.content["permissions"].get("id-token") == "write":
            for name in re.findall(r"vars\.(\w*ROLE\w*)", str(job.content)):
                yield of_one_stack(name), subject(job, "dev")


def test_every_role_trusts_the_subject_of_the_jobs_that_take_it_on() -> None:
    rows = re.findall(r"^ +\| `(\w+)`.* \| `repo:OWNER/NAME:(\S+)` \|$", TEXT, re.MULTILINE)
    assert dict(rows) == dict(trusted())
    assert len(set(trusted())) == len(rows)


def test_what_prints_the_rights_knows_the_role() -> None:
    assert set(re.findall(r"`operations\.access dev (\w+)`", TEXT)) == set(GRANTED)


@pytest.mark.parametrize("document", [TEXT, README.partition("## Pipelines")[2]], ids=["long", "short"])
def test_every_command_exists(document: str) -> None:
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z-]+)", document)) <= targets
    modules = set(re.findall(r"python -m ([a-z_][\w.]*)", document))
    assert [module for module in modules if importlib.util.find_spec(module) is None] == []


def test_every_link_leads_somewhere() -> None:
    for path, anchor in re.findall(r"\]\(((?:\.\./)?[\w./-]+\.md)(?:#([\w-]+))?\)", TEXT):
        text = (ROOT / "docs" / path).read_text()
        heads = {
            re.sub(r"[^\w -]", "", h).lower().replace(" ", "-") for h in re.findall(r"^#+ (.+)$", text, re.M)
        }
        assert not anchor or anchor in heads, f"{path}#{anchor}"


def test_the_rights_of_who_pushes_are_actions_of_ecr() -> None:
    named = set(re.findall(r"`ecr:(\w+)`", TEXT))
    assert len(named) == 8
    assert named <= set(boto3.client("ecr", region_name="us-east-1").meta.service_model.operation_names)
