"""Airflow's component as a graph, for the tests of its release and of its Jobs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from pulumi import Output

from components import naming
from components.airflow import Airflow, AirflowArgs
from components.identity import ServiceAccountRole, ServiceAccountRoleArgs
from components.kubernetes_secrets import DatabaseAccess, Keys, KubernetesSecrets, KubernetesSecretsArgs
from components.payload import Payload
from offline import Graph, record_program
from stacks.airflow_sections import AirflowSettings

from .airflow_samples import settings

JOB = "kubernetes:batch/v1:Job"
CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
RELEASE = "kubernetes:helm.sh/v3:Release"
PAYLOAD = Payload(
    rds_bundle="certificates", admin_script="script", role_script="role", smoke={"smoke.py": "dag"}
)
PASSWORD = "generated-password"


def build(
    airflow: AirflowSettings | None = None,
    files: Payload = PAYLOAD,
    resource_id: str = "db-1",
    database: str = PASSWORD,
    master: str = "master-password",
    **keys: str,
) -> Graph:
    def program() -> None:
        access = DatabaseAccess(username="u", password=database, address="db", port=5433, name="airflow")
        values = {"fernet_key": "f", "api_secret_key": "a", "jwt_secret": "j", "restart_key": "r", **keys}
        arguments = KubernetesSecretsArgs(
            namespace="airflow",
            database=access,
            master=replace(access, username="m", password=master),
            keys=Keys(admin_password=PASSWORD, **values),
        )
        Airflow(
            "airflow",
            AirflowArgs(
                settings=airflow or settings(),
                stack="prod",
                region="us-east-1",
                namespace="airflow",
                log_folder="s3://bucket/logs",
                database_resource_id=Output.from_input(resource_id),
                secrets=KubernetesSecrets("secrets", arguments),
                roles={part: role(part) for part in naming.COMPONENTS},
                payload=files,
            ),
        )

    return record_program(program)


def role(part: str) -> ServiceAccountRole:
    return ServiceAccountRole(
        f"identity-{part}",
        ServiceAccountRoleArgs(
            namespace="airflow",
            service_account=f"airflow-{part}",
            issuer="oidc.example/id/1",
            oidc_provider_arn="arn:aws:iam::111122223333:oidc-provider/oidc.example",
            policy="{}",
        ),
    )


GRAPH = build()


def name_of(graph: Graph, logical: str) -> str:
    return graph.named(logical).inputs["metadata"]["name"]


def names_before(graph: Graph, logical: str) -> set[str]:
    return {urn.rpartition("::")[2] for urn in graph.named(logical).dependencies}


def data(graph: Graph, logical: str) -> Mapping[str, str]:
    return graph.named(logical).inputs["data"]
