from __future__ import annotations

from typing import Any

import pytest

from components.jobs import admin_name, admin_spec, migration_name, migration_spec
from stacks.airflow_sections import AdminSettings

from .airflow_samples import settings

ADMIN = AdminSettings(username="admin", email="admin@example.com")
MIGRATION = migration_spec(settings(), "airflow-jobs")
FIRST_USER = admin_spec(settings(), ADMIN, "airflow-jobs", "script-1")
both = pytest.mark.parametrize("spec", [MIGRATION, FIRST_USER], ids=["migration", "admin"])


def container(spec: dict[str, Any]) -> dict[str, Any]:
    (only,) = spec["template"]["spec"]["containers"]
    return only


def variables(spec: dict[str, Any]) -> dict[str, Any]:
    return {entry["name"]: entry for entry in container(spec)["env"]}


@pytest.mark.parametrize(
    "change",
    [
        {"image": {"repository": "registry.example/other", "tag": "3.3.2-1"}},
        {"image": {"repository": "registry.example/airflow", "tag": "3.3.2-2"}},
        {"migration_generation": 2},
    ],
    ids=["repository", "tag", "generation"],
)
def test_a_changed_setting_runs_the_migration_again(change: dict[str, Any]) -> None:
    assert migration_name(settings(**change), "db-1") != migration_name(settings(), "db-1")


def test_a_restored_database_is_migrated_again() -> None:
    assert migration_name(settings(), "db-2") != migration_name(settings(), "db-1")


def test_a_changed_size_runs_no_migration() -> None:
    assert migration_name(settings(parallelism=7), "db-1") == migration_name(settings(), "db-1")


@pytest.mark.parametrize(
    "changed",
    [
        ("migration-2", "hash", "script"),
        ("migration", "hash-2", "script"),
        ("migration", "hash", "script-2"),
    ],
    ids=["migration", "password", "script"],
)
def test_the_first_user_is_made_again_after_a_change(changed: tuple[str, str, str]) -> None:
    assert admin_name(ADMIN, *changed) != admin_name(ADMIN, "migration", "hash", "script")


def test_another_user_name_makes_another_user() -> None:
    other = AdminSettings(username="root", email="admin@example.com")
    assert admin_name(other, "m", "h", "s") != admin_name(ADMIN, "m", "h", "s")


@both
def test_a_job_ends_by_itself_and_stays_for_the_next_deployment_to_see(spec: dict[str, Any]) -> None:
    assert spec["activeDeadlineSeconds"] > 0
    assert spec["backoffLimit"] >= 1
    assert "ttlSecondsAfterFinished" not in spec


@both
def test_a_job_has_no_rights_in_the_cluster(spec: dict[str, Any]) -> None:
    pod = spec["template"]["spec"]
    assert pod["automountServiceAccountToken"] is False
    assert pod["serviceAccountName"] == "airflow-jobs"


@both
def test_a_job_runs_as_an_ordinary_user_without_capabilities(spec: dict[str, Any]) -> None:
    pod = spec["template"]["spec"]["securityContext"]
    assert pod["runAsNonRoot"] is True
    assert pod["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container(spec)["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
    }


@both
def test_a_job_reads_the_database_url_from_our_secret(spec: dict[str, Any]) -> None:
    source = variables(spec)["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"]["valueFrom"]["secretKeyRef"]
    assert source == {"name": "airflow-database-url", "key": "connection"}


@both
def test_a_job_mounts_the_certificates_its_url_names(spec: dict[str, Any]) -> None:
    mounts = {mount["mountPath"] for mount in container(spec)["volumeMounts"]}
    assert "/opt/airflow/certificates" in mounts


@both
def test_a_job_has_requests_and_limits(spec: dict[str, Any]) -> None:
    assert {"requests", "limits"} <= set(container(spec)["resources"])


def test_the_migration_is_airflows_own_command() -> None:
    assert container(MIGRATION)["args"] == ["airflow", "db", "migrate"]
    assert container(MIGRATION)["image"] == "registry.example/airflow:3.3.2-1"


def test_the_password_never_stands_on_a_command_line() -> None:
    assert container(FIRST_USER)["args"] == ["python", "/opt/airflow/admin/create_admin.py"]
    source = variables(FIRST_USER)["ADMIN_PASSWORD"]["valueFrom"]["secretKeyRef"]
    assert source == {"name": "airflow-admin", "key": "password"}


def test_the_migration_does_not_see_the_first_users_password() -> None:
    assert "ADMIN_PASSWORD" not in variables(MIGRATION)
