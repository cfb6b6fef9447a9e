"""The processes of a release are a pure function of its values."""

from __future__ import annotations

import configparser
import copy
from typing import Any

import pytest

from emulator.chart_defaults import lay_over
from emulator.containers import Container, KeyOf, Mount, Variable, Volume
from emulator.errors import EmulatorError
from emulator.processes import Process, describe
from tests.emulator.airflow_fixtures import VALUES


def values(**over: Any) -> dict[str, Any]:
    return lay_over(copy.deepcopy(VALUES), over)


def process(component: str, **over: Any) -> Process:
    (found,) = (p for p in describe(values(**over)).processes if p.component == component)
    return found


def names(container: Container | None) -> list[str]:
    assert container
    return [variable.name for variable in container.env]


def configuration(**over: Any) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(describe(values(**over)).files["airflow.cfg"])
    return parser


def test_celery_needs_five_components() -> None:
    components = [p.component for p in describe(values()).processes]
    assert components == ["scheduler", "api-server", "dag-processor", "triggerer", "worker"]


@pytest.mark.parametrize("executor", ["LocalExecutor", "KubernetesExecutor"])
def test_other_executors_have_no_workers(executor: str) -> None:
    assert "worker" not in [p.component for p in describe(values(executor=executor)).processes]


def test_only_who_issues_tokens_gets_the_jwt_secret() -> None:
    having = [
        p.component
        for p in describe(values()).processes
        if "AIRFLOW__API_AUTH__JWT_SECRET" in names(p.container)
    ]
    assert having == ["scheduler", "api-server"]


def test_nobody_waits_for_the_schema_with_the_jwt_secret() -> None:
    assert all("AIRFLOW__API_AUTH__JWT_SECRET" not in names(p.check) for p in describe(values()).processes)


def test_a_secret_is_named_and_never_held() -> None:
    source = KeyOf("Secret", "broker-url", "connection")
    assert Variable("AIRFLOW__CELERY__BROKER_URL", source) in process("worker").container.env


def test_a_switched_off_variable_is_absent() -> None:
    assert all("AIRFLOW_CONN_AIRFLOW_DB" not in names(p.container) for p in describe(values()).processes)


def test_without_celery_nobody_gets_the_broker() -> None:
    scheduler = process("scheduler", executor="LocalExecutor")
    assert "AIRFLOW__CELERY__BROKER_URL" not in names(scheduler.container)


def test_a_components_own_variable_reaches_it_alone() -> None:
    release = describe(values(triggerer={"env": [{"name": "OWN", "value": "1"}]}))
    assert [p.component for p in release.processes if "OWN" in names(p.container)] == ["triggerer"]


def test_celery_values_win_over_the_flat_ones_of_workers() -> None:
    worker = process("worker", workers={"terminationGracePeriodSeconds": 5, "celery": {"replicas": 4}})
    assert (worker.replicas, worker.termination_grace_seconds) == (4, 5)


def test_a_null_takes_a_default_away() -> None:
    release = describe({**VALUES, "scheduler": {"args": None, "env": None}})
    assert release.processes[0].container.args == ()


def test_annotations_are_those_that_the_values_give() -> None:
    assert process("scheduler").annotations == {"airflow/secrets": "0123456789abcdef"}


def test_a_folder_of_the_certificates_is_mounted_everywhere() -> None:
    mount = Mount("/opt/airflow/certificates", Volume("ConfigMap", "rds-ca"), "", True)
    assert all(mount in p.container.mounts for p in describe(values()).processes)


def test_git_sync_brings_the_dags_folder_to_those_who_read_dags() -> None:
    release = describe(values(dags={"gitSync": {"enabled": True, "subPath": "dags"}}))
    having = [
        p.component
        for p in release.processes
        if any(m.path == "/opt/airflow/dags" for m in p.container.mounts)
    ]
    assert having == ["dag-processor", "triggerer", "worker"]
    assert "dags_folder = /opt/airflow/dags/repo/dags" in release.files["airflow.cfg"]


def test_the_configuration_is_the_charts_with_ours_on_top() -> None:
    assert dict(configuration()["core"]) == {
        "auth_manager": "airflow.providers.fab.auth_manager.fab_auth_manager.FabAuthManager",
        "dags_folder": "/opt/airflow/dags",
        "execution_api_server_url": "http://airflow-api-server:8080/execution/",
        "executor": "CeleryExecutor",
        "load_examples": "False",
        "parallelism": "64",
    }


def test_the_path_of_the_public_url_is_part_of_the_execution_url() -> None:
    core = configuration(config={"api": {"base_url": "https://host/airflow/"}})["core"]
    assert core["execution_api_server_url"] == "http://airflow-api-server:8080/airflow/execution/"


@pytest.mark.parametrize(("limit", "cores"), [("500m", "1"), ("1500m", "2"), ("2", "2"), (None, "0")])
def test_the_scheduler_sends_with_as_many_processes_as_it_has_cores(limit: str | None, cores: str) -> None:
    over = {"scheduler": {"resources": {"limits": {"cpu": limit}}}}
    assert configuration(**over)["celery"]["sync_parallelism"] == cores


@pytest.mark.parametrize(
    ("over", "path"),
    [
        ({"pgbouncer": {"enabled": True}}, "pgbouncer.enabled"),
        ({"extraEnvFrom": "- secretRef: {name: x}"}, "extraEnvFrom"),
        ({"config": {"core": {"parallelism": "{{ 1 }}"}}}, "config.core.parallelism"),
        ({"config": {"core": {"parallelism": 1_000_000}}}, "config.core.parallelism"),
        ({"workers": {"celery": {"sets": [{"name": "big"}]}}}, "workers.celery.sets"),
    ],
)
def test_what_cannot_be_emulated_is_refused_by_name(over: dict[str, Any], path: str) -> None:
    with pytest.raises(EmulatorError, match=path):
        describe(values(**over))


@pytest.mark.parametrize(
    ("over", "name"),
    [({}, "airflow"), ({"fullnameOverride": "other"}, "other"), ({"nameOverride": "x"}, "airflow-x")],
)
def test_objects_are_named_as_the_chart_names_them(over: dict[str, Any], name: str) -> None:
    assert describe(values(**over)).config_map == f"{name}-config"
