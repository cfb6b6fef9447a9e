"""One small edit of a stack file per kind of change, with what the report must say and whether it blocks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.review.sides import edited, said


@dataclass(frozen=True)
class Case:
    edit: dict[str, Any]
    blocks: set[str] = field(default_factory=set)
    says: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()
    stack: str = "prod"
    base: dict[str, Any] = field(default_factory=dict)


CASES = {
    "nothing": Case({}),
    "bigger class": Case(
        {"database": {"instance_class": "db.m7g.xlarge"}},
        says=("Interruptions: `database-instance`: another class", "; at once"),
        silent=("Replaced",),
    ),
    "engine major": Case(
        {"database": {"engine_version": "18"}},
        says=(
            "an engine upgrade",
            "`database-parameters-postgres17` (aws:rds/parameterGroup:ParameterGroup) is **deleted**",
        ),
    ),
    "another database name": Case(
        {"database": {"name": "other"}},
        {"database-instance"},
        ("forced by `dbName`", "you lose the metadata"),
    ),
    "another namespace": Case(
        {"cluster": {"namespace": "other"}},
        {"namespace-namespace"},
        ("the namespace and everything in it", "new trust"),
    ),
    "replica count": Case(
        {"airflow": {"components": {"scheduler": {"replicas": 3}}}}, silent=("restart", "Replaced")
    ),
    "memory of the workers": Case(
        {"airflow": {"components": {"workers": {"limits": {"cpu": "2", "memory": "9Gi"}}}}},
        says=("Pods that restart: **worker**: `workers.celery.resources.limits.memory`",),
        silent=("**scheduler**",),
    ),
    "a setting of Airflow": Case(
        {"airflow": {"parallelism": 65}},
        says=("**scheduler**: `config.core.parallelism`", "**worker**: `config.core.parallelism`"),
    ),
    "a rotated password": Case(
        {"secrets": {"rotations": {"admin_password": 2}}}, says=("`airflow-admin`", "is **replaced**")
    ),
    "a rotated key": Case(
        {"secrets": {"rotations": {"jwt_secret": 2}}},
        says=("**api-server**: `apiServer.podAnnotations.airflow/secrets`",),
    ),
    "a rotation taken back": Case(
        {},
        {"credentials-jwt-secret-2"},
        ("the newest value of a generated secret",),
        base={"secrets": {"rotations": {"jwt_secret": 2}}},
    ),
    "no broker any more": Case(
        {"airflow": {"executor": "KubernetesExecutor"}, "cache": None},
        {"cache-group", "credentials-broker-token-1"},
        ("closes <code>tcp 6379", "every queued task"),
    ),
    "a new client of the database": Case(
        {"network": {"client_security_group_ids": ["sg-0123456789abcdef0"]}},
        says=("**opens** <code>tcp 5433 from sg-0123456789abcdef0</code>",),
    ),
    "a tag": Case({"tags": {"Owner": "someone-else"}}, silent=("Replaced",)),
    "another version": Case(
        {"airflow": {"version": "3.3.1", "image": {"tag": "3.3.1"}}},
        {"airflow-version"},
        ("`upgrade: true`",),
    ),
    "a declared upgrade": Case(
        {"airflow": {"version": "3.3.1", "image": {"tag": "3.3.1"}, "upgrade": True}}, says=("**scheduler**",)
    ),
    "no protection": Case(
        {"database": {"protect": False}},
        {"rds-8", "airflow-13"},
        says=("`database-instance` loses the cloud's protection", "loses Pulumi's protection"),
    ),
    "another log prefix": Case(
        {"logs": {"prefix": "elsewhere"}},
        says=("`identity-worker-policy` **gains**", "`identity-worker-policy` loses"),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_each_kind_of_change_has_its_verdict(name: str) -> None:
    case = CASES[name]
    report = edited(case.stack, case.edit, base=case.base)
    text = said(report)
    assert {finding.allow for finding in report.blocking} == case.blocks, text
    assert [wanted for wanted in case.says if wanted not in text] == [], text
    assert [unwanted for unwanted in case.silent if unwanted in text] == [], text
    assert bool(report.changes) == (name != "nothing")


def test_a_name_in_the_stack_file_lets_a_change_pass() -> None:
    report = edited("prod", CASES["another database name"].edit, {"allow": ["database-instance"]})
    assert not report.blocked
    assert report.unused == []


def test_a_name_that_nothing_needs_is_shown() -> None:
    assert edited("prod", {}, {"allow": ["database-instance"]}).unused == ["database-instance"]
