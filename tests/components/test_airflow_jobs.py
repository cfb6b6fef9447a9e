"""The Jobs before the release: what runs them again, and what they wait for."""

from __future__ import annotations

import pytest

from components import jobs
from offline import Graph, plain

from .airflow_graph import (
    GRAPH,
    JOB,
    build,
    name_of,
    names_before,
)
from .airflow_samples import settings


def test_the_migration_waits_for_its_secrets_certificates_and_account() -> None:
    assert {
        "secrets-airflow-database-url",
        "secrets-airflow-database-master",
        "secrets-airflow-encryption-key",
        "airflow-database-script",
        "airflow-rds-ca",
        "airflow-jobs-account",
    } <= names_before(GRAPH, "airflow-migrate")


def test_the_first_user_is_made_after_the_migration() -> None:
    assert {"airflow-migrate", "airflow-admin-script"} <= names_before(GRAPH, "airflow-admin")


@pytest.mark.parametrize("job", ["airflow-migrate", "airflow-admin"])
def test_a_job_that_failed_is_made_anew_by_the_next_deployment(job: str) -> None:
    resource = GRAPH.named(job)
    assert resource.inputs["metadata"]["annotations"] == {"pulumi.com/replaceUnready": "true"}
    assert resource.create_timeout != ""


def test_the_jobs_account_has_neither_token_nor_role() -> None:
    account = GRAPH.named("airflow-jobs-account").inputs
    assert account["automountServiceAccountToken"] is False
    assert not account["metadata"].get("annotations")


def test_the_job_is_registered_as_kubernetes_spells_it() -> None:
    spec = plain(GRAPH.named("airflow-migrate").inputs["spec"])
    script = name_of(GRAPH, "airflow-database-script")
    assert spec == jobs.migration_spec(settings(), "airflow-jobs", script)


def test_without_a_first_user_there_is_only_the_migration() -> None:
    graph = build(settings(admin=None))
    assert [job.name for job in graph.of_type(JOB)] == ["airflow-migrate"]
    assert "airflow-admin-script" not in {r.name for r in graph.resources}


def test_a_restored_database_is_migrated_and_gets_its_user() -> None:
    restored = build(resource_id="db-2")
    assert name_of(restored, "airflow-migrate") != name_of(GRAPH, "airflow-migrate")
    assert name_of(restored, "airflow-admin") != name_of(GRAPH, "airflow-admin")


@pytest.mark.parametrize(
    "rotated", [build(database="rotated"), build(master="rotated")], ids=["database", "master"]
)
def test_a_rotated_password_runs_the_migration_before_the_release_and_keeps_the_user(rotated: Graph) -> None:
    """The first user may have chosen another password since; only a new one of ours sets it back."""
    assert name_of(rotated, "airflow-migrate") != name_of(GRAPH, "airflow-migrate")
    assert name_of(rotated, "airflow-admin") == name_of(GRAPH, "airflow-admin")


def test_a_changed_setting_of_the_release_runs_no_job() -> None:
    changed = build(settings(parallelism=7))
    assert [name_of(changed, job.name) for job in changed.of_type(JOB)] == [
        name_of(GRAPH, job.name) for job in GRAPH.of_type(JOB)
    ]
