from __future__ import annotations

import json
from collections.abc import Mapping

import pytest
from pulumi import Output

from components import jobs, naming
from components.airflow import Airflow, AirflowArgs
from components.identity import ServiceAccountRole, ServiceAccountRoleArgs
from components.kubernetes_secrets import DatabaseAccess, Keys, KubernetesSecrets, KubernetesSecretsArgs
from components.payload import Payload
from offline import Graph, plain, record_program
from stacks.airflow_sections import AirflowSettings

from .airflow_samples import settings

JOB = "kubernetes:batch/v1:Job"
CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
RELEASE = "kubernetes:helm.sh/v3:Release"
PAYLOAD = Payload(rds_bundle="certificates", admin_script="script", smoke={"smoke.py": "dag"})
PASSWORD = "generated-password"


def build(
    airflow: AirflowSettings | None = None, files: Payload = PAYLOAD, resource_id: str = "db-1", **keys: str
) -> Graph:
    def program() -> None:
        access = DatabaseAccess(username="u", password=PASSWORD, address="db", port=5433, name="airflow")
        values = {"fernet_key": "f", "api_secret_key": "a", "jwt_secret": "j", "restart_key": "r", **keys}
        arguments = KubernetesSecretsArgs(
            namespace="airflow", database=access, keys=Keys(admin_password=PASSWORD, **values)
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
HELM = GRAPH.only(RELEASE).inputs


def name_of(graph: Graph, logical: str) -> str:
    return graph.named(logical).inputs["metadata"]["name"]


def names_before(graph: Graph, logical: str) -> set[str]:
    return {urn.rpartition("::")[2] for urn in graph.named(logical).dependencies}


def data(graph: Graph, logical: str) -> Mapping[str, str]:
    return graph.named(logical).inputs["data"]


def test_the_release_is_the_pinned_chart_under_the_name_that_roles_trust() -> None:
    assert (HELM["name"], HELM["chart"], HELM["version"]) == ("airflow", "airflow", "1.22.0")
    assert HELM["repositoryOpts"] == {"repo": "https://airflow.apache.org"}


def test_a_failed_release_is_undone_and_one_that_hangs_ends() -> None:
    assert HELM["atomic"] is True
    assert HELM["cleanupOnFail"] is True
    assert HELM["waitForJobs"] is True
    assert (HELM["timeout"], HELM["maxHistory"]) == (1800, 10)
    assert not HELM.get("skipAwait")


def test_a_failed_change_of_version_is_not_undone() -> None:
    """The old image refuses the schema that the new one has migrated: undone, nothing would start at all."""
    release = build(settings(upgrade=True)).only(RELEASE).inputs
    assert not release["atomic"]
    assert not release["cleanupOnFail"]
    assert (release["waitForJobs"], release["timeout"]) == (True, 1800)
    assert not release.get("skipAwait")


def test_the_upgrade_setting_changes_neither_values_nor_jobs() -> None:
    """Taking it back afterwards restarts nothing."""
    upgrade = build(settings(upgrade=True))
    assert upgrade.only(RELEASE).inputs["values"] == HELM["values"]
    assert [name_of(upgrade, job.name) for job in upgrade.of_type(JOB)] == [
        name_of(GRAPH, job.name) for job in GRAPH.of_type(JOB)
    ]


def test_no_secret_reaches_the_release() -> None:
    """Helm keeps the values in the cluster, readable to whoever may read Secrets there."""
    assert PASSWORD not in json.dumps(HELM["values"])


def test_the_release_waits_for_schema_user_rights_and_files() -> None:
    before = names_before(GRAPH, "airflow-release")
    assert {"airflow-migrate", "airflow-admin", "airflow-smoke"} <= before
    assert {f"identity-{part}-policy" for part in naming.COMPONENTS} <= before


def test_the_migration_waits_for_its_secrets_certificates_and_account() -> None:
    assert {
        "secrets-airflow-database-url",
        "secrets-airflow-encryption-key",
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
    assert spec == jobs.migration_spec(settings(), "airflow-jobs")


def test_without_a_first_user_there_is_only_the_migration() -> None:
    graph = build(settings(admin=None))
    assert [job.name for job in graph.of_type(JOB)] == ["airflow-migrate"]
    assert "airflow-admin-script" not in {r.name for r in graph.resources}


def test_a_restored_database_is_migrated_and_gets_its_user() -> None:
    restored = build(resource_id="db-2")
    assert name_of(restored, "airflow-migrate") != name_of(GRAPH, "airflow-migrate")
    assert name_of(restored, "airflow-admin") != name_of(GRAPH, "airflow-admin")


def test_a_changed_setting_of_the_release_runs_no_job() -> None:
    changed = build(settings(parallelism=7))
    assert [name_of(changed, job.name) for job in changed.of_type(JOB)] == [
        name_of(GRAPH, job.name) for job in GRAPH.of_type(JOB)
    ]


def test_a_changed_smoke_dag_is_a_new_config_map_that_the_pods_name() -> None:
    changed = build(
        files=Payload(rds_bundle="certificates", admin_script="script", smoke={"smoke.py": "new"})
    )
    name = name_of(changed, "airflow-smoke")
    assert name != name_of(GRAPH, "airflow-smoke")
    assert name in json.dumps(changed.only(RELEASE).inputs["values"]["dagProcessor"]["extraVolumes"])


def test_config_maps_carry_the_files_under_the_names_that_are_mounted() -> None:
    assert data(GRAPH, "airflow-rds-ca") == {"rds-bundle.pem": "certificates"}
    assert data(GRAPH, "airflow-admin-script") == {"create_admin.py": "script"}
    assert data(GRAPH, "airflow-smoke") == {"smoke.py": "dag"}
    assert name_of(GRAPH, "airflow-rds-ca") == "airflow-rds-ca"


@pytest.mark.parametrize(
    ("base_url", "expected"),
    [
        (None, "http://airflow-api-server.airflow.svc:8080"),
        ("https://data.example", "https://data.example"),
    ],
)
def test_the_url_is_the_public_one_or_the_service(base_url: str | None, expected: str) -> None:
    assert build(settings(base_url=base_url)).named("airflow").outputs["url"] == expected
