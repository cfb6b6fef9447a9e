"""Loading: the committed stack files, what the engine may hand over, and what stays unprinted."""

import re
from typing import Any

import pulumi
import pytest
import yaml

from stacks.settings import GIVEN_SECRETS, SECTIONS
from tests.stacks.stack_files import ROOT, STACKS, changed, complaints, loaded, sections

PROJECT_FILE = yaml.safe_load((ROOT / "Pulumi.yaml").read_text())


@pytest.mark.parametrize("stack", STACKS)
def test_every_committed_stack_file_is_valid(stack: str) -> None:
    assert complaints(sections(stack)) == []


def test_values_arrive_typed() -> None:
    settings = loaded(sections("prod"))
    assert settings.database.storage_gib == 100
    assert settings.database.multi_az is True
    assert settings.account.id == "111122223333"
    assert settings.airflow.executor_uses_celery


def test_settings_cannot_be_changed() -> None:
    settings = loaded(sections("prod"))
    with pytest.raises(ValueError, match="frozen"):
        settings.database.storage_gib = 5  # type: ignore[misc]  # that is what the test shows
    with pytest.raises(AttributeError):
        settings.cache = None  # type: ignore[misc]  # that is what the test shows


def test_a_stack_without_a_deploy_key_has_none() -> None:
    assert loaded(sections("prod")).git_ssh_key is None
    assert loaded({**sections("prod"), "git_ssh_key": ""}).git_ssh_key is None  # the default in Pulumi.yaml


def test_the_deploy_key_stays_a_secret() -> None:
    git = {"repository": "git@example.com:dags.git", "known_hosts": "example.com ssh-ed25519 AAAA"}
    over_ssh = changed(
        sections("prod"), {"airflow": {"dags": [{"source": "git_sync", "name": "dags", **git}]}}
    )
    key = loaded({**over_ssh, "git_ssh_key": "a key"}).git_ssh_key
    assert isinstance(key, pulumi.Output)


def test_pulumi_yaml_describes_every_section() -> None:
    assert set(PROJECT_FILE["config"]) == {*SECTIONS, *GIVEN_SECRETS}
    assert all(entry["type"] and entry["description"] for entry in PROJECT_FILE["config"].values())


def leaves(value: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """The places of all values that are no mapping."""
    if isinstance(value, dict) and value:
        return [leaf for key, inner in value.items() for leaf in leaves(inner, (*path, key))]
    return [path]


@pytest.mark.parametrize("path", leaves(sections("prod")), ids=".".join)
def test_no_value_may_be_of_another_type(path: tuple[str, ...]) -> None:
    """YAML turns an unquoted account id into a number and a version into a fraction: no one guesses here."""
    change: Any = 0.5
    for key in reversed(path):
        change = {key: change}
    name = "airflow:" + ".".join(path)
    assert any(line.startswith(f"{name}:") for line in complaints(changed(sections("prod"), change)))


def test_free_text_is_never_printed() -> None:
    wrong = {"airflow": {"env": {"TOKEN": ["hunter2"]}, "config": {"smtp": {"password": ["hunter2"]}}}}
    lines = complaints(changed(sections("prod"), wrong))
    assert len(lines) == 2
    assert "hunter2" not in "\n".join(lines)


def test_a_section_that_is_not_json_is_one_line_and_no_traceback() -> None:
    assert complaints({**sections("prod"), "tags": "Project=airflow"}) == [
        "airflow:tags: should be a mapping of keys and values (got 'Project=airflow')"
    ]


WAIVABLE = {
    ("database", "multi_az"): True,
    ("database", "backup_retention_days"): 7,
    ("database", "monitoring_interval_seconds"): 1,
    ("database", "event_notifications"): True,
    ("database", "log_retention_days"): 365,
    ("database", "protect"): True,
    ("cache", "nodes"): 2,
    ("cache", "snapshot_retention_days"): 1,
    ("logs", "access_logs"): True,
}
"""What the security baseline asks for at least, and lets a development stack waive."""


def test_staging_and_prod_waive_nothing() -> None:
    for stack in ("staging", "prod"):
        content = sections(stack)
        low = {
            key: content[key[0]][key[1]] for key, least in WAIVABLE.items() if content[key[0]][key[1]] < least
        }
        assert low == {}, stack


def test_dev_gives_the_reason_beside_each_value_it_waives() -> None:
    text = (ROOT / "stacks" / "Pulumi.dev.yaml").read_text()
    for section, key in WAIVABLE:
        block = text.split(f"  airflow:{section}:\n")[1].split("\n  airflow:")[0]
        assert re.search(rf"^ +{key}: \S+ # waives .{{20,}}$", block, re.MULTILINE), f"{section}.{key}"


def test_dev_is_made_of_the_cheapest_parts() -> None:
    settings = loaded(sections("dev"))
    assert settings.cache is not None
    assert (settings.database.instance_class, settings.database.storage_gib) == ("db.t4g.micro", 20)
    assert (settings.cache.node_type, settings.cache.nodes) == ("cache.t4g.micro", 1)


def test_local_is_the_stack_that_needs_no_editing() -> None:
    settings = loaded(sections("local"))
    assert (settings.account.id, settings.account.region) == ("000000000000", "us-east-1")
