from __future__ import annotations

from typing import Any

import pytest

from components.jobs import admin_name, admin_spec, migration_name, migration_spec, schema_mark
from stacks.airflow_sections import AdminSettings

from .airflow_samples import PINNED, settings

ADMIN = AdminSettings(username="admin", email="admin@example.com")
MIGRATION = migration_spec(settings(), "airflow-jobs", "script-2")
FIRST_USER = admin_spec(settings(), ADMIN, "airflow-jobs", "script-1")
both = pytest.mark.parametrize("spec", [MIGRATION, FIRST_USER], ids=["migration", "admin"])


def container(spec: dict[str, Any]) -> dict[str, Any]:
    (only,) = spec["template"]["spec"]["containers"]
    return only


def containers(spec: dict[str, Any]) -> list[dict[str, Any]]:
    pod = spec["template"]["spec"]
    return [*pod.get("initContainers", []), *pod["containers"]]


def variables(spec: dict[str, Any]) -> dict[str, Any]:
    return {entry["name"]: entry for entry in container(spec)["env"]}


@pytest.mark.parametrize(
    "change",
    [
        {"image": {"repository": "registry.example/other", "tag": "3.3.2-1"}},
        {"image": {"repository": "registry.example/airflow", "tag": "3.3.2-2"}},
        {"image": PINNED},
        {"migration_generation": 2},
    ],
    ids=["repository", "tag", "digest", "generation"],
)
def test_a_changed_setting_runs_the_migration_again(change: dict[str, Any]) -> None:
    assert schema_mark(settings(**change), "db-1") != schema_mark(settings(), "db-1")


def test_a_restored_database_is_migrated_again() -> None:
    assert schema_mark(settings(), "db-2") != schema_mark(settings(), "db-1")


def test_a_changed_size_runs_no_migration() -> None:
    assert schema_mark(settings(parallelism=7), "db-1") == schema_mark(settings(), "db-1")


@pytest.mark.parametrize(
    "changed",
    [("schema-2", "hash", "script"), ("schema", "hash-2", "script"), ("schema", "hash", "script-2")],
)
def test_the_migration_follows_schema_passwords_and_script(changed: tuple[str, str, str]) -> None:
    assert migration_name(*changed) != migration_name("schema", "hash", "script")


@pytest.mark.parametrize(
    "changed",
    [
        ("schema-2", "hash", "script"),
        ("schema", "hash-2", "script"),
        ("schema", "hash", "script-2"),
    ],
    ids=["schema", "password", "script"],
)
def test_the_first_user_is_made_again_after_a_change(changed: tuple[str, str, str]) -> None:
    assert admin_name(ADMIN, *changed) != admin_name(ADMIN, "schema", "hash", "script")


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
    for each in containers(spec):
        assert each["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
        }


@both
def test_a_job_reads_the_database_url_from_our_secret(spec: dict[str, Any]) -> None:
    source = variables(spec)["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"]["valueFrom"]["secretKeyRef"]
    assert source == {"name": "airflow-database-url", "key": "connection"}


@both
def test_a_job_mounts_the_certificates_its_url_names(spec: dict[str, Any]) -> None:
    for each in containers(spec):
        assert "/opt/airflow/certificates" in {mount["mountPath"] for mount in each["volumeMounts"]}


@both
def test_a_job_has_requests_and_limits(spec: dict[str, Any]) -> None:
    for each in containers(spec):
        assert {"requests", "limits"} <= set(each["resources"])


def test_the_migration_is_airflows_own_command() -> None:
    assert container(MIGRATION)["args"] == ["airflow", "db", "migrate"]
    assert container(MIGRATION)["image"] == "registry.example/airflow:3.3.2-1"


def test_the_password_never_stands_on_a_command_line() -> None:
    assert container(FIRST_USER)["args"] == ["python", "/opt/airflow/admin/create_admin.py"]
    source = variables(FIRST_USER)["ADMIN_PASSWORD"]["valueFrom"]["secretKeyRef"]
    assert source == {"name": "airflow-admin", "key": "password"}


def test_the_migration_does_not_see_the_first_users_password() -> None:
    assert "ADMIN_PASSWORD" not in variables(MIGRATION)


def test_the_role_is_prepared_first_by_a_script_of_ours_in_airflows_image() -> None:
    (role,) = MIGRATION["template"]["spec"]["initContainers"]
    assert role["args"] == ["python", "/opt/airflow/database/prepare_database.py"]
    assert role["image"] == container(MIGRATION)["image"]
    volumes = {volume["name"]: volume for volume in MIGRATION["template"]["spec"]["volumes"]}
    assert volumes["script"]["configMap"]["name"] == "script-2"


def test_only_the_first_container_of_the_migration_gets_the_masters_url() -> None:
    (role,) = MIGRATION["template"]["spec"]["initContainers"]
    sources = {entry["name"]: entry["valueFrom"]["secretKeyRef"]["name"] for entry in role["env"]}
    assert sources == {"MASTER_URL": "airflow-database-master", "APPLICATION_URL": "airflow-database-url"}
    for others in (container(MIGRATION), FIRST_USER):
        assert "airflow-database-master" not in str(others)
