"""What every workflow keeps to: pinned actions, least rights, an end, nothing untrusted in a shell line.

`make lint-workflows` adds the schema of GitHub and zizmor's audits; here stands what needs no network.
"""

import importlib.util
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.workflows.files import ACTIONS, FOLDER, ROOT, WORKFLOWS, Job, commands, jobs, read, steps

PINNED = re.compile(
    r"uses: (?P<action>[\w-]+/[\w./-]+)@(?P<commit>[0-9a-f]{40}) # (?P<version>v\d+\.\d+\.\d+)\s*$"
)
LOCAL = re.compile(r"uses: \./\.github/[\w./-]+\s*$")

WRITES = {
    "preview/preview": {"id-token"},
    "preview/comment": {"pull-requests"},
    "deploy/dev": {"id-token"},
    "deploy/staging": {"id-token"},
    "deploy/prod": {"id-token"},
    "deploy-stack/deploy": {"id-token"},
    "drift/look": {"id-token"},
    "image/push": {"id-token"},
    "image/scan": {"id-token"},
    "image/issue": {"issues"},
    "issue/write": {"issues"},
    "drift/issue": {"issues"},
    "janitor/destroy": {"id-token"},
    "janitor/issue": {"issues"},
    "dags/plan": {"id-token"},
    "dags/sync": {"id-token"},
}
"""The only jobs that may write anything, and what."""

NO_PULL_REQUEST = (
    "github.event_name == 'push'",
    "github.event_name == 'schedule'",
    "github.ref == 'refs/heads/main'",
)
"""Conditions that no pull request meets; what stands behind && narrows them further."""

each_workflow = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
each_job = pytest.mark.parametrize("job", jobs(), ids=str)


def uses() -> list[tuple[str, str]]:
    """Every line that uses an action or a workflow, with its file's name."""
    lines = [
        (path, line.strip()) for path in (*WORKFLOWS, *ACTIONS) for line in path.read_text().splitlines()
    ]
    return [(str(path.relative_to(FOLDER)), line) for path, line in lines if re.match(r"(- )?uses:", line)]


def test_every_action_is_pinned_by_commit_and_tells_its_version() -> None:
    assert [use for use in uses() if not (PINNED.search(use[1]) or LOCAL.search(use[1]))] == []


def test_an_action_has_one_version_everywhere() -> None:
    """Else an update would forget one."""
    found: dict[str, set[str]] = {}
    for _, line in uses():
        if pin := PINNED.search(line):
            found.setdefault(pin["action"], set()).add(f"{pin['commit']} {pin['version']}")
    assert {action: pins for action, pins in found.items() if len(pins) > 1} == {}


@each_workflow
def test_rights_are_given_per_job_only(path: Path) -> None:
    assert read(path)["permissions"] == {}


@each_job
def test_a_job_names_its_rights_and_writes_no_more_than_is_listed(job: Job) -> None:
    rights = job.content["permissions"]
    assert {name for name, level in rights.items() if level == "write"} == WRITES.get(str(job), set())
    assert {name for name, level in rights.items() if level != "write"} <= {"contents", "actions", "packages"}


def test_the_list_of_who_may_write_names_real_jobs() -> None:
    assert set(WRITES) <= set(map(str, jobs()))


@each_job
def test_a_job_ends_and_its_machine_is_named(job: Job) -> None:
    if "uses" not in job.content:  # a workflow that is called says it itself
        assert 1 <= job.content["timeout-minutes"] <= 120
        assert job.content["runs-on"] == "ubuntu-24.04"


@each_workflow
def test_runs_of_a_workflow_exclude_each_other(path: Path) -> None:
    """A workflow that is called leaves it to its caller: the same group in both would wait for itself."""
    content = read(path)
    called = set(content["on"]) == {"workflow_call"}
    writing = [job for job in content["jobs"].values() if "write" in job["permissions"].values()]
    assert called or "concurrency" in content or all("concurrency" in job for job in writing)


@each_workflow
def test_a_fork_never_runs_with_our_rights(path: Path) -> None:
    """These run with secrets and a token that writes, on what a stranger sent."""
    assert not {"pull_request_target", "workflow_run", "issue_comment"} & set(read(path)["on"])


@each_job
def test_what_a_pull_request_may_reach_is_its_own_repository_only(job: Job) -> None:
    """Rights to write or to take on a role are not for forks; GitHub refuses them as well."""
    workflow = read(FOLDER / "workflows" / f"{job.workflow}.yaml")
    if "pull_request" in workflow["on"] and "write" in job.content["permissions"].values():
        own = "github.event.pull_request.head.repo.full_name == github.repository" in job.content["if"]
        first = job.content["if"].partition(" && ")[0]
        assert own or (first in NO_PULL_REQUEST and "||" not in job.content["if"])


def test_no_expression_stands_in_a_shell_line() -> None:
    """What an expression yields would be run as code; it goes through `env`."""
    assert [found for found in commands() if "${{" in found[1]] == []


def test_no_secret_is_read_but_the_tokens_of_the_run() -> None:
    texts = {path.stem: re.findall(r"secrets\.\w+", path.read_text()) for path in (*WORKFLOWS, *ACTIONS)}
    assert {name: found for name, found in texts.items() if found} == {}


def test_a_checkout_leaves_no_token_behind() -> None:
    found = [
        (where, step) for where, step in steps() if str(step.get("uses")).startswith("actions/checkout@")
    ]
    assert len(found) >= len(WORKFLOWS)
    assert [where for where, step in found if step["with"]["persist-credentials"] is not False] == []


def test_every_variable_that_a_shell_line_uses_is_quoted() -> None:
    bare = re.compile(r'(?<!["\w{])\$\{?[A-Z]\w*')
    unquoted = []
    for where, text in commands():
        outside = re.sub(r'"(?:[^"\\]|\\.)*"', '""', text)
        unquoted += [(where, found) for found in bare.findall(outside)]
    assert unquoted == []


def test_every_command_of_ours_exists() -> None:
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for where, text in commands():
        assert set(re.findall(r"\bmake ([a-z-]+)", text)) <= targets, where
        for module in re.findall(r"-m ([a-z_][\w.]*)", text):
            assert importlib.util.find_spec(module), f"{where}: {module}"
        for script in re.findall(r"\bscripts/[\w.-]+", text):
            assert (ROOT / script).is_file(), f"{where}: {script}"


@pytest.mark.parametrize(("where", "text"), list(commands()), ids=lambda each: each if "/" in each else "")
def test_a_shell_line_is_bash(where: str, text: str) -> None:
    checked = subprocess.run(["bash", "-n"], input=text, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, f"{where}: {checked.stderr}"


def test_the_cli_is_the_version_of_the_sdk() -> None:
    (sdk,) = re.findall(r"^pulumi==(\S+)", (ROOT / "requirements.in").read_text(), re.MULTILINE)
    installed = [
        step["with"]["pulumi-version"] for _, step in steps() if "pulumi/actions@" in str(step.get("uses"))
    ]
    assert set(installed) == {sdk}


def test_the_chart_that_is_fetched_is_the_one_that_stacks_deploy() -> None:
    (fetched,) = re.findall(r"^VERSION=(\S+)", (ROOT / "scripts/chart.sh").read_text(), re.MULTILINE)
    files = [yaml.safe_load(path.read_text()) for path in (ROOT / "stacks").glob("Pulumi.*.yaml")]
    assert {file["config"]["airflow:airflow"]["chart"]["version"] for file in files} == {fetched}
