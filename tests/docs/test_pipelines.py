"""docs/PIPELINES.md and the README's table against the workflows: what they name exists, and all is named."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from offline import ROOT
from operations.access_policies import GRANTED
from tests.workflows.files import ACTIONS, FOLDER, WORKFLOWS, Job, jobs, read, steps

TEXT = (ROOT / "docs" / "PIPELINES.md").read_text()
README = (ROOT / "README.md").read_text()
SOURCES = {path.stem: path.read_text() for path in WORKFLOWS}
VARIABLE = r"\b[A-Z][A-Z0-9_]+_(?:DEV|STAGING|PROD|ROLE|REGION|REPOSITORY|DAYS)\b"
STACKS = ("dev", "staging", "prod")
FORMED = (
    *WORKFLOWS, *ACTIONS, ROOT / "docs" / "PIPELINES.md", ROOT / "docs" / "KIND.md",
    *sorted((ROOT / "operations" / "policies").glob("*.yaml")),
)  # fmt: skip
MAIN, REQUEST = "ref:refs/heads/main", "pull_request"


def called() -> set[str]:
    """Workflows that only others start."""
    return {path.stem for path in WORKFLOWS if set(read(path)["on"]) == {"workflow_call"}}


def stacks_with() -> dict[str, list[str]]:
    """How the variables of roles begin that `stacks.yaml` looks for, and the stacks that may have one."""
    takes = read(FOLDER / "workflows" / "stacks.yaml")["on"]["workflow_call"]["inputs"]
    calls = [job.content["with"] for job in jobs() if job.content.get("uses", "").endswith("/stacks.yaml")]
    return {each["role"]: each.get("stacks", takes["stacks"]["default"]).split() for each in calls}


def variables() -> set[str]:
    """Every variable of the repository that a workflow reads."""
    named = {name for text in SOURCES.values() for name in re.findall(r"vars\.(\w+)", text)}
    return named | {f"{role}_{each.upper()}" for role, stacks in stacks_with().items() for each in stacks}


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
        return f"environment:{content.get('environment', stack).replace('${{ matrix.stack }}', stack)}"
    pull_request = "pull_request" in read(next(p for p in WORKFLOWS if p.stem == job.workflow))["on"]
    of_main = any(word in content.get("if", "") for word in ("refs/heads/main", "'schedule'"))
    return REQUEST if pull_request and not of_main else MAIN


def trusted() -> Iterator[tuple[str, str]]:
    """Each role's variable, of dev, with the subject of the job that takes it on."""
    called = {f"{job.workflow}/{job.name}": job.content["with"] for job in jobs() if "with" in job.content}
    for job in jobs():
        if job.content["permissions"].get("id-token") == "write":
            for name in re.findall(r"vars\.(\w*ROLE\w*)", str(job.content)):
                yield of_one_stack(name), subject(job, "dev")
            for source in re.findall(r"needs\.(\w+)\.outputs\.matrix", str(job.content)):
                yield f"{called[f'{job.workflow}/{source}']['role']}_DEV", subject(job, "dev")


def test_every_role_trusts_the_subject_of_the_jobs_that_take_it_on() -> None:
    rows = re.findall(r"^ +\| `(\w+)`.* \| `SUBJECT:(\S+)` \|$", TEXT, re.MULTILINE)
    assert dict(rows) == dict(trusted())
    assert len(set(trusted())) == len(rows)


def test_the_subject_that_is_trusted_begins_as_github_writes_it_since_july_2026() -> None:
    """With the ids of owner and repository, which no name brings along; the old form is told too."""
    (begins,) = re.findall(r"SUBJECT=(\S+)", TEXT)
    assert re.fullmatch(r"repo:OWNER@\d+/NAME@\d+", begins)
    assert '"$SUBJECT:environment:dev"' in TEXT
    assert "cat > trust.json <<END" in TEXT  # without quotes, or the variable stays as it stands
    assert "before 15 July 2026" in TEXT


def test_a_role_may_be_held_as_long_as_a_job_asks_for_it() -> None:
    (allowed,) = set(re.findall(r"create-role (?:.|\n)*?--max-session-duration (\d+)", TEXT))
    asked = [step["with"]["duration"] for _, step in steps() if "duration" in step.get("with", {})]
    assert asked == [int(allowed)]


@pytest.mark.parametrize("path", FORMED, ids=lambda path: path.name)
def test_a_line_is_at_most_120_characters(path: Path) -> None:
    lines = path.read_text().splitlines()
    assert [line for line in lines if len(line) > 120 and not line.lstrip().startswith("|")] == []


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
