"""The closed list of how Airflow's processes differ from those in a cluster."""

from __future__ import annotations

from pathlib import Path

import pytest

from emulator.airflow_substitutions import DAGS, Addresses, command, dags_links
from emulator.processes import describe
from tests.emulator.airflow_fixtures import VALUES

ADDRESSES = Addresses("http://airflow-api-server:8080", 18080, 18125)


def test_the_api_server_is_reached_by_loopback() -> None:
    text = ADDRESSES.text("execution_api_server_url = http://airflow-api-server:8080/x/execution/")
    assert text == "execution_api_server_url = http://127.0.0.1:18080/x/execution/"


def test_metrics_go_to_a_loopback_port() -> None:
    text = ADDRESSES.text("statsd_host = airflow-statsd\nstatsd_on = True\nstatsd_port = 9125")
    assert text == "statsd_host = 127.0.0.1\nstatsd_on = True\nstatsd_port = 18125"


def test_celery_alone_is_left_of_two_executors() -> None:
    text = ADDRESSES.text("[core]\nexecutor = CeleryExecutor,KubernetesExecutor\nload_examples = False")
    assert text == "[core]\nexecutor = CeleryExecutor\nload_examples = False"


def test_only_the_api_server_is_told_where_to_listen() -> None:
    assert ADDRESSES.environment("api-server") == {
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": "18080",
    }
    assert ADDRESSES.environment("worker") == {}


@pytest.mark.parametrize("component", ["worker", "triggerer", "scheduler"])
def test_nobody_serves_logs_on_every_address(component: str) -> None:
    (process,) = (p for p in describe(VALUES).processes if p.component == component)
    assert command(list(process.container.args))[-1].endswith(" --skip-serve-logs")


@pytest.mark.parametrize("component", ["api-server", "dag-processor"])
def test_other_commands_are_the_charts(component: str) -> None:
    (process,) = (p for p in describe(VALUES).processes if p.component == component)
    assert command(list(process.container.args)) == list(process.container.args)


def test_no_address_of_the_cluster_is_left_in_the_configuration() -> None:
    text = ADDRESSES.text(describe(VALUES).files["airflow.cfg"])
    assert "airflow-api-server" not in text
    assert "airflow-statsd" not in text


def test_the_dags_folder_is_the_projects_and_git_syncs_is_the_checkout(tmp_path: Path) -> None:
    git = {"dags": {"mountPath": "/opt/airflow/sources/team", "gitSync": {"enabled": True, "subPath": ""}}}
    containers = {p.component: p.container for p in describe({**VALUES, **git}).processes}
    image = {"/opt/airflow/dags": DAGS}
    assert dags_links(containers["worker"], tmp_path) == {**image, "/opt/airflow/sources/team": tmp_path}
    assert dags_links(containers["api-server"], tmp_path) == image
