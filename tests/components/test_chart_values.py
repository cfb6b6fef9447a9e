from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from components import executors
from components.chart_resources import RESTART_ANNOTATION
from components.chart_source import chart_source
from components.chart_values import chart_values
from components.jobs import migration_spec
from stacks.airflow_sections import ChartSettings

from .airflow_samples import INPUTS, PINNED, settings

VALUES = chart_values(settings(), INPUTS)


def parts(values: dict[str, Any]) -> dict[str, Any]:
    return {
        "scheduler": values["scheduler"],
        "api-server": values["apiServer"],
        "dag-processor": values["dagProcessor"],
        "triggerer": values["triggerer"],
        "worker": values["workers"]["celery"],
        "worker-kubernetes": values["workers"].get("kubernetes", {}),
    }


PARTS = parts(VALUES)
each_part = pytest.mark.parametrize("part", executors.accounts("CeleryExecutor"))


def mounted(values: dict[str, Any]) -> list[str]:
    return [mount["mountPath"] for mount in values.get("extraVolumeMounts", [])]


def test_the_chart_gets_names_of_our_own_secrets() -> None:
    assert VALUES["fernetKeySecretName"] == "airflow-encryption-key"
    assert VALUES["apiSecretKeySecretName"] == "airflow-api-key"
    assert VALUES["jwtSecretName"] == "airflow-jwt-key"
    assert VALUES["data"] == {
        "metadataSecretName": "airflow-database-url",
        "brokerUrlSecretName": "airflow-celery-broker-url",
    }


def test_tasks_do_not_get_the_metadata_databases_credentials() -> None:
    assert VALUES["enableBuiltInSecretEnvVars"] == {"AIRFLOW_CONN_AIRFLOW_DB": False}


def test_the_async_url_comes_from_the_secret() -> None:
    assert VALUES["secret"] == [
        {
            "envName": "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC",
            "secretName": "airflow-database-url",
            "secretKey": "connectionAsync",
        }
    ]


@pytest.mark.parametrize("job", ["createUserJob", "migrateDatabaseJob"])
def test_the_charts_own_jobs_are_off_and_are_no_hooks(job: str) -> None:
    assert VALUES[job] == {
        "enabled": False,
        "useHelmHooks": False,
        "applyCustomEnv": False,
        "serviceAccount": {"create": False},
    }


def test_bundled_services_are_off() -> None:
    assert [VALUES[name]["enabled"] for name in ("postgresql", "redis", "flower")] == [False] * 3


def test_the_chart_is_told_the_plain_version_and_our_image() -> None:
    assert (VALUES["airflowVersion"], VALUES["defaultAirflowRepository"], VALUES["defaultAirflowTag"]) == (
        "3.3.2",
        "registry.example/airflow",
        "3.3.2-1",
    )


def test_an_image_by_its_digest_is_so_in_every_pod_and_every_job() -> None:
    """What the chart makes of it is in tests/chart: task pods too, for which it knows a tag alone."""
    pinned = settings(image=PINNED)
    assert chart_values(pinned, INPUTS)["defaultAirflowTag"] == f"3.3.2-1@{PINNED['digest']}"
    pod = migration_spec(pinned, "jobs", "script")["template"]["spec"]
    images = [container["image"] for container in (*pod["initContainers"], *pod["containers"])]
    assert images == [f"registry.example/airflow:3.3.2-1@{PINNED['digest']}"] * 2


@each_part
def test_a_component_restarts_with_its_secrets(part: str) -> None:
    assert PARTS[part]["podAnnotations"] == {RESTART_ANNOTATION: f"hash-of-{part}"}


@each_part
def test_a_component_takes_its_own_role(part: str) -> None:
    annotations = PARTS[part]["serviceAccount"]["annotations"]
    assert annotations == {"eks.amazonaws.com/role-arn": f"arn:aws:iam::111122223333:role/{part}"}


@each_part
def test_a_component_has_replicas_sizes_and_a_budget_that_a_drain_can_meet(part: str) -> None:
    assert PARTS[part]["replicas"] == 2
    assert PARTS[part]["resources"]["limits"] == {"cpu": "2", "memory": "4Gi"}
    assert PARTS[part]["podDisruptionBudget"] == {"enabled": True, "config": {"maxUnavailable": 1}}


@pytest.mark.parametrize("part", ["triggerer", "worker"])
def test_no_component_keeps_a_volume(part: str) -> None:
    assert PARTS[part]["persistence"] == {"enabled": False}


def test_every_pod_mounts_the_certificates_as_a_folder() -> None:
    assert VALUES["volumes"] == [{"name": "rds-ca", "configMap": {"name": "airflow-rds-ca"}}]
    assert VALUES["volumeMounts"] == [
        {"name": "rds-ca", "mountPath": "/opt/airflow/certificates", "readOnly": True}
    ]


def test_smoke_files_are_mounted_one_by_one() -> None:
    """A folder mount has the kubelet's `..data` link, where Airflow's search for DAG files stops."""
    assert [mount["subPath"] for mount in PARTS["worker"]["extraVolumeMounts"]] == ["smoke.py"]


def test_a_component_without_a_role_gets_none() -> None:
    values = chart_values(settings(), replace(INPUTS, role_arns={}))
    assert values["triggerer"]["serviceAccount"]["annotations"] == {}


def test_a_chart_on_disk_needs_no_repository() -> None:
    assert chart_source(ChartSettings(location="charts/airflow-1.22.0.tgz")) == {
        "chart": "charts/airflow-1.22.0.tgz",
        "version": "1.22.0",
    }


def test_a_chart_from_a_repository_is_pinned_exactly() -> None:
    assert chart_source(ChartSettings()) == {
        "chart": "airflow",
        "version": "1.22.0",
        "repository_opts": {"repo": "https://airflow.apache.org"},
    }
