"""Every DAG source at once, as the real chart renders it."""

from __future__ import annotations

import configparser
import json
from typing import Any

import pytest
import yaml

from .rendering import find, main, needs_chart, pod, variables

pytestmark = needs_chart


def task_pod() -> dict[str, Any]:
    return yaml.safe_load(find("sources", "ConfigMap", "airflow-config")["data"]["pod_template_file.yaml"])


def spec(part: str) -> dict[str, Any]:
    return (task_pod() if part == "task" else pod("sources", part))["spec"]


def airflow_container(part: str) -> dict[str, Any]:
    return spec(part)["containers"][0] if part == "task" else main("sources", part)


def test_airflow_reads_the_bundles_that_the_values_name() -> None:
    text = find("sources", "ConfigMap", "airflow-config")["data"]["airflow.cfg"]
    config = configparser.ConfigParser(interpolation=None)
    config.read_string(text)
    names = [bundle["name"] for bundle in json.loads(config["dag_processor"]["dag_bundle_config_list"])]
    assert names == ["dags-folder", "team", "deployed", "bucket", "flux", "small", "found", "smoke"]
    assert config["core"]["dags_folder"] == "/opt/airflow/dags"


@pytest.mark.parametrize("part", ["dag-processor", "worker", "task"])
def test_who_reads_dags_finds_the_files_of_every_source(part: str) -> None:
    container = airflow_container(part)
    paths = {mount["mountPath"] for mount in container["volumeMounts"]}
    assert {
        "/opt/airflow/sources/team",
        "/opt/airflow/sources/flux",
        "/opt/airflow/sources/small/one.py",
        "/opt/airflow/sources/found",
        "/opt/airflow/git/known_hosts",
    } <= paths
    assert "/opt/airflow/dags" not in paths  # the image's folder stays in sight
    assert "AIRFLOW_CONN_GIT_DEPLOYED" in variables(container)
    assert {"generate-found", "git-sync-init"} <= {c["name"] for c in spec(part)["initContainers"]}
    declared = {volume["name"] for volume in spec(part)["volumes"]}
    assert {mount["name"] for mount in container["volumeMounts"]} <= declared


def test_only_lasting_pods_renew_generated_files() -> None:
    assert "regenerate-found" in {c["name"] for c in spec("dag-processor")["containers"]}
    assert "regenerate-found" in {c["name"] for c in spec("worker")["containers"]}
    assert "regenerate-found" not in {c["name"] for c in spec("task")["containers"]}


def test_the_script_of_a_generator_passes_the_charts_template_engine_unchanged() -> None:
    (container,) = [c for c in spec("worker")["containers"] if c["name"] == "regenerate-found"]
    script = container["command"][2]
    assert 'ln -s "${files##*/}"' in script
    assert script.endswith('generate "$@"; done\n')
