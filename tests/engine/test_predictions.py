"""The report says of each resource what the real engine does to it.

Which inputs force a replacement is data that both sides share; what the engine makes of it is not: renames,
aliases, moved providers, what is bound to something replaced, and in which order things are deleted and made.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from offline.graph import Graph
from review.changes import AWS, changes
from review.recording import record_tree
from tests.engine.project import Project
from tests.engine.test_preview import pytestmark as needs_the_cli
from tests.recorded import recorded

pytestmark = needs_the_cli

Edit = Callable[[Project], None]
KEY = "0c" * 32
GIT_KEY = "-----BEGIN OPENSSH PRIVATE KEY-----\nof nobody\n"


def settings(**sections: dict[str, Any]) -> Edit:
    """Single values of a stack file's sections."""

    def edit(config: dict[str, Any]) -> None:
        for name, values in sections.items():
            config[f"airflow:{name}"].update(values)

    return lambda project: project.edit("dev", edit)


def code(file: str, right: str, wrong: str) -> Edit:
    """One place of the program."""

    def edit(project: Project) -> None:
        path = project.program / file
        before = path.read_text()
        assert right in before
        path.write_text(before.replace(right, wrong))

    return edit


def git_dags(project: Project) -> None:
    """A private repository of DAGs, with its key as a person would set it."""
    project.output("config", "set", "--stack", "dev", "--secret", "git_ssh_key", given=GIT_KEY)
    url = "git@github.com:example/dags.git"
    hosts = "github.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"
    source = {"source": "git", "name": "team", "repository": url, "known_hosts": hosts}
    settings(airflow={"dags": [source]})(project)


BUCKET = 'LogBucket("logs", given.logs(encryption), everywhere)'
OLD_NAME = 'ResourceOptions.merge(everywhere, ResourceOptions(aliases=[pulumi.Alias(name="logs")]))'
ROTATION = "enable_key_rotation=True,"
ROTATED = {"fernet_key": 2, "jwt_secret": 2, "database_password": 2, "broker_token": 2}
CASES: dict[str, tuple[Edit, ...]] = {
    "larger class, other subnets, a tag": (
        settings(
            database={"instance_class": "db.t4g.small"},
            network={"subnet_ids": ["subnet-0a1b2c3d4e5f60011", "subnet-0a1b2c3d4e5f60012"]},
            tags={"Owner": "somebody-else"},
        ),
    ),
    "renamed without an alias, secrets rotated": (
        code("__main__.py", BUCKET, BUCKET.replace('"logs"', '"archive"')),
        lambda project: project.edit("dev", lambda c: c["airflow:secrets"]["rotations"].update(ROTATED)),
    ),
    "renamed with an alias, engine's next major version": (
        code("__main__.py", BUCKET, BUCKET.replace('"logs"', '"archive"').replace("everywhere", OLD_NAME)),
        settings(database={"engine_version": "18"}),
    ),
    "another namespace, another broker": (
        settings(cluster={"namespace": "elsewhere"}, cache={"engine": "redis", "engine_version": "7.1"}),
    ),
    "another key": (code("components/encryption.py", ROTATION, f"{ROTATION} multi_region=True,"),),
    "another region": (settings(account={"region": "eu-west-1"}),),
    "another cluster, a repository of DAGs": (settings(cluster={"name": "other"}), git_dags),
}


@pytest.fixture(scope="module")
def base(project: Project) -> Graph:
    return graph(project)


def graph(project: Project) -> Graph:
    for file in (project.program / "stacks").glob("Pulumi.*.yaml"):
        if file.name != "Pulumi.dev.yaml":
            file.unlink()
    found = asyncio.run(record_tree(project.program, KEY))["dev"]
    assert found.graph, found.error
    return found.graph


@pytest.mark.parametrize("case", CASES)
def test_the_report_says_what_the_engine_does(
    deployed: Project, base: Graph, tmp_path: Path, case: str
) -> None:
    project = deployed.copy(tmp_path)
    for edit in CASES[case]:
        edit(project)
    head = graph(project)
    said = {
        change.urn: change.action.value
        for change in changes(base, head)
        if change.properties or not change.renamed_from  # a new name alone is nothing that is done
    }
    done, shown = project.planned("dev")
    # A component is nothing in the cloud; of a moved aws provider it counts what becomes of its resources.
    silent = {r.urn for r in (*base.resources, *head.resources) if not r.custom or r.type == AWS}
    certain = {urn: done[urn] for urn in done if urn in said or not feared(urn, done, head)}
    assert without(silent, said) == without(silent, certain)
    secrets = {json.dumps(secret).strip('"') for secret in {*recorded("dev").secrets(), GIT_KEY}}
    assert [secret for secret in secrets if secret in shown] == []


def without(urns: set[str], actions: dict[str, str]) -> dict[str, str]:
    return {urn: action for urn, action in actions.items() if urn not in urns}


def feared(urn: str, done: dict[str, str], head: Graph) -> bool:
    """True for an update of which the engine only does not know yet that it will not be one.

    Something that it uses is made anew; the report knows that the value in question will be the same.
    """
    resource = head.find(urn)
    if resource is None or done[urn] != "update":
        return False
    sources = {source for urns in resource.property_dependencies.values() for source in urns}
    return any(done.get(source) in ("create", "replace") for source in sources)
