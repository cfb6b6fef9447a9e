from __future__ import annotations

from dataclasses import replace
from typing import Any

import pulumi
import pytest
from pulumi import Output

from components.git_secrets import GitSecret
from components.kubernetes_secrets import (
    BrokerAccess,
    DatabaseAccess,
    Keys,
    KubernetesSecrets,
    KubernetesSecretsArgs,
)
from offline import Graph, Secret, plain, record_program

DATABASE = DatabaseAccess(
    username="airflow", password="pass/word", address="db.example", port=5433, name="airflow"
)
MASTER = replace(DATABASE, username="airflow_admin", password="master/word")
BROKER = BrokerAccess(token="token", address="cache.example", port=6379)
KEYS = Keys(
    fernet_key="fernet",
    api_secret_key="api",
    jwt_secret="jwt",
    restart_key="restart",
    admin_password="admin-password",
)
GIT = GitSecret(
    name="airflow-git-ssh-key", content={"gitSshKey": "ssh-key"}, consumers=("dag-processor", "worker")
)
ARGS = KubernetesSecretsArgs(
    namespace="airflow", database=DATABASE, master=MASTER, broker=BROKER, keys=KEYS, git=[GIT]
)
PODS = {"scheduler", "api-server", "dag-processor", "triggerer", "worker"}


def build(args: KubernetesSecretsArgs, *, preview: bool = False) -> tuple[Graph, dict[str, Any]]:
    """The graph, and the hashes as a caller gets them."""
    hashes: dict[str, Any] = {}

    def program() -> None:
        made = KubernetesSecrets("secrets", args)
        pulumi.export("secret", Output.all(**made.hashes).is_secret())
        Output.all(**made.hashes).apply(hashes.update)

    return record_program(program, preview=preview), hashes


GRAPH, HASHES = build(ARGS)


def content(graph: Graph, name: str) -> dict[str, str]:
    return plain(graph.named(f"secrets-{name}").inputs["stringData"])


def changed(**fields: Any) -> set[str]:
    """Who restarts when these fields of the arguments change."""
    _, hashes = build(replace(ARGS, **fields))
    return {part for part, value in hashes.items() if value != HASHES[part]}


def test_every_secret_has_the_key_that_the_chart_reads() -> None:
    found = {r.inputs["metadata"]["name"]: set(plain(r.inputs["stringData"])) for r in secrets(GRAPH)}
    assert found == {
        "airflow-database-url": {"connection", "connectionAsync"},
        "airflow-database-master": {"connection"},
        "airflow-celery-broker-url": {"connection"},
        "airflow-encryption-key": {"fernet-key"},
        "airflow-api-key": {"api-secret-key"},
        "airflow-jwt-key": {"jwt-secret"},
        "airflow-admin": {"password"},
        "airflow-git-ssh-key": {"gitSshKey"},
    }


def secrets(graph: Graph) -> list[Any]:
    return graph.of_type("kubernetes:core/v1:Secret")


def test_every_value_is_recorded_as_a_secret() -> None:
    for resource in secrets(GRAPH):
        data = resource.inputs["stringData"]
        assert isinstance(data, Secret) or all(isinstance(value, Secret) for value in data.values())


def test_urls_hold_the_encoded_password() -> None:
    urls = content(GRAPH, "airflow-database-url")
    assert urls["connection"].startswith("postgresql://airflow:pass%2Fword@db.example:5433/airflow?sslmode=")
    assert urls["connectionAsync"] == "postgresql+asyncpg://airflow:pass%2Fword@db.example:5433/airflow"


def test_without_a_broker_there_is_no_broker_secret() -> None:
    graph, _ = build(replace(ARGS, broker=None))
    assert "secrets-airflow-celery-broker-url" not in {r.name for r in graph.resources}


def test_without_a_first_user_there_is_no_password() -> None:
    graph, _ = build(replace(ARGS, keys=replace(KEYS, admin_password=None)))
    assert "secrets-airflow-admin" not in {r.name for r in graph.resources}


def test_a_new_key_for_a_repository_restarts_those_who_open_it() -> None:
    assert changed(git=[replace(GIT, content={"gitSshKey": "new"})]) == {"dag-processor", "worker"}


def test_a_new_database_password_restarts_every_pod_and_makes_no_user() -> None:
    assert changed(database=replace(DATABASE, password="new")) == {*PODS, "migrate"}


def test_a_new_master_password_is_for_the_migration_alone() -> None:
    assert changed(master=replace(MASTER, password="new")) == {"migrate"}


def test_the_masters_password_stands_in_no_other_secret() -> None:
    holders = {r.inputs["metadata"]["name"] for r in secrets(GRAPH) if "master%2Fword" in str(texts(r))}
    assert holders == {"airflow-database-master"}
    assert content(GRAPH, "airflow-database-master")["connection"].startswith(
        "postgresql://airflow_admin:master%2Fword@db.example:5433/airflow?sslmode=verify-full&sslrootcert="
    )


def texts(resource: Any) -> dict[str, str]:
    return plain(resource.inputs["stringData"])


def test_a_moved_broker_restarts_every_pod() -> None:
    assert changed(broker=replace(BROKER, address="other.example")) == PODS


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("fernet_key", PODS),
        ("api_secret_key", PODS),
        ("jwt_secret", {"api-server", "scheduler"}),
        ("admin_password", {"admin"}),
        ("restart_key", {*PODS, "admin", "migrate"}),
    ],
)
def test_a_rotation_restarts_just_its_consumers(field: str, expected: set[str]) -> None:
    assert changed(keys=replace(KEYS, **{field: "rotated"})) == expected


def test_hashes_may_be_shown_although_they_come_from_secrets() -> None:
    graph, hashes = build(ARGS)
    assert graph.exports["secret"] is False
    assert all(isinstance(value, str) and len(value) == 16 for value in hashes.values())


def test_a_hash_reveals_none_of_the_values() -> None:
    assert not {"fernet", "api", "jwt", "restart"} & set(HASHES.values())


def test_a_preview_registers_the_same_secrets() -> None:
    preview, _ = build(ARGS, preview=True)
    assert [r.urn for r in preview.resources] == [r.urn for r in GRAPH.resources]
