"""How each DAG source reaches the pods: bundles, volumes, containers."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from components.chart_values import chart_values
from components.dag_bundles import claims

from .airflow_samples import GIT, INPUTS, settings
from .dag_samples import (
    BUCKET,
    CLAIM,
    FOUND,
    HTTPS,
    NIGHTLY,
    PRIVATE,
    READERS,
    SMALL,
    bundles,
    mounts,
    parts,
    secrets,
    values,
    volumes,
)


def test_the_image_is_the_default_and_the_smoke_dag_stands_beside_it() -> None:
    made = chart_values(settings(), INPUTS)
    assert [b["name"] for b in made["dagProcessor"]["dagBundleConfigList"]] == ["dags-folder", "smoke"]
    assert bundles({"source": "image"}) == {"dags-folder": {}, "smoke": {"path": "/opt/airflow/smoke"}}
    assert made["config"]["core"]["dags_folder"] == "/opt/airflow/dags"


def test_the_chart_and_the_configuration_name_the_same_bundles() -> None:
    made = values({"source": "image"}, GIT)
    listed = made["dagProcessor"]["dagBundleConfigList"]
    assert json.loads(made["config"]["dag_processor"]["dag_bundle_config_list"]) == listed


def test_git_sync_stands_beside_the_image_without_hiding_it() -> None:
    assert bundles({"source": "image"}, GIT) == {
        "dags-folder": {},
        "team": {"path": "/opt/airflow/sources/team/repo/dags"},
        "smoke": {"path": "/opt/airflow/smoke"},
    }
    assert values({"source": "image"}, GIT)["dags"]["mountPath"] == "/opt/airflow/sources/team"


def test_a_scheduler_that_runs_tasks_reads_what_workers_read() -> None:
    sources = (PRIVATE, CLAIM, SMALL, FOUND)
    local = parts("scheduler", *sources, executor="LocalExecutor")
    worker = parts("celery", *sources)
    for key in ("extraVolumes", "extraVolumeMounts", "extraInitContainers", "extraContainers", "env"):
        assert local[key] == worker[key]
    assert "extraVolumes" not in parts("scheduler", *sources)
    assert "scheduler" in secrets(PRIVATE, executor="LocalExecutor")["airflow-git-connections"].consumers


def test_an_s3_bundle_opens_the_folder_with_the_pods_own_role() -> None:
    assert bundles(BUCKET)["bucket"] == {
        "bucket_name": "team-dags",
        "prefix": "prod",
        "aws_conn_id": "aws_default",
    }


@pytest.mark.parametrize("component", READERS)
def test_a_claim_is_mounted_read_only(component: str) -> None:
    assert volumes(component, CLAIM) == {
        "dags-flux": {"persistentVolumeClaim": {"claimName": "dags-efs", "readOnly": True}}
    }
    assert mounts(component, CLAIM) == {"/opt/airflow/sources/flux": ("dags-flux", "team")}
    assert bundles(CLAIM)["flux"] == {"path": "/opt/airflow/sources/flux"}


@pytest.mark.parametrize("component", READERS)
def test_a_config_maps_files_are_mounted_one_by_one(component: str) -> None:
    assert mounts(component, SMALL) == {
        "/opt/airflow/sources/small/one.py": ("dags-small", "one.py"),
        "/opt/airflow/sources/small/two.sql": ("dags-small", "two.sql"),
    }
    name = volumes(component, SMALL)["dags-small"]["configMap"]["name"]
    other = replace(INPUTS, dag_files={"small": {"one.py": "changed", "two.sql": "2"}})
    changed = chart_values(settings(dags=[SMALL]), other)["dagProcessor"]["extraVolumes"]
    assert name not in [volume.get("configMap", {}).get("name") for volume in changed]


def test_generated_files_are_there_before_airflow_starts_and_renewed_beside_it() -> None:
    (init,) = parts("dagProcessor", FOUND)["extraInitContainers"]
    (sidecar,) = parts("dagProcessor", FOUND)["extraContainers"]
    for container, interval in ((init, ""), (sidecar, "300")):
        assert container["command"][-3:] == ["python", "-m", "discover"]
        assert container["image"] == "registry.example/airflow:3.3.2-1"
        env = {entry["name"]: entry["value"] for entry in container["env"]}
        assert env == {"DAGS_ROOT": "/opt/airflow/sources/found", "INTERVAL_SECONDS": interval}
    assert volumes("dagProcessor", FOUND) == {"dags-found": {"emptyDir": {}}}
    assert bundles(FOUND)["found"] == {"path": "/opt/airflow/sources/found/current"}


def test_a_task_pod_has_no_sidecar_that_would_keep_it_from_ending() -> None:
    pod = parts("kubernetes", FOUND)
    assert [c["name"] for c in pod["extraInitContainers"]] == ["generate-found"]
    assert "extraContainers" not in pod
    assert "extraContainers" not in parts("dagProcessor", {**FOUND, "run": "init"})


def test_what_a_cron_job_writes_is_read_from_its_claim() -> None:
    pod = parts("dagProcessor", NIGHTLY)
    assert "extraInitContainers" not in pod
    claim = {"persistentVolumeClaim": {"claimName": "dags-found", "readOnly": True}}
    assert volumes("dagProcessor", NIGHTLY) == {"dags-nightly": claim}
    assert claims(settings(dags=[NIGHTLY, CLAIM])) == {"dags-found", "dags-efs"}


def test_a_new_dag_is_looked_for_often_enough_to_be_seen_within_a_minute() -> None:
    made = settings(dags=[HTTPS]).dags[0]
    assert made.source == "git_sync"
    refresh = int(values(HTTPS)["config"]["dag_processor"]["refresh_interval"])
    check_seconds, parse_seconds = 5, 5
    assert made.period_seconds + refresh + check_seconds + parse_seconds <= 60
