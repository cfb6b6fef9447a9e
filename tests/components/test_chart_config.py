from __future__ import annotations

import json
from typing import Any

import pytest

from components.chart_values import chart_values
from components.local_settings import local_settings
from stacks.airflow_sections import EXECUTORS

from .airflow_samples import INPUTS, settings, with_workers

VALUES = chart_values(settings(), INPUTS)


@pytest.mark.parametrize("executor", EXECUTORS)
def test_every_value_of_the_configuration_is_text(executor: str) -> None:
    config = chart_values(settings(executor=executor), INPUTS)["config"]
    assert [v for section in config.values() for v in section.values() if not isinstance(v, str)] == []


@pytest.mark.parametrize("executor", EXECUTORS)
def test_nothing_in_the_configuration_is_a_template(executor: str) -> None:
    assert "{{" not in json.dumps(chart_values(settings(executor=executor), INPUTS)["config"]).replace(
        '"{{', "{{"
    )
    assert "{{" not in local_settings()


def test_logs_go_to_the_bucket_under_its_own_key() -> None:
    logging = VALUES["config"]["logging"]
    assert logging["remote_logging"] == "True"
    assert logging["remote_base_log_folder"] == "s3://bucket/logs"
    assert logging["remote_log_conn_id"] == "aws_default"
    assert logging["encrypt_s3_logs"] == "False"
    assert logging["delete_local_logs"] == "True"
    assert {"name": "AIRFLOW_CONN_AWS_DEFAULT", "value": "aws://"} in VALUES["env"]


def test_connections_and_variables_come_from_the_stacks_own_paths() -> None:
    arguments = json.loads(VALUES["config"]["secrets"]["backend_kwargs"])
    assert arguments["connections_prefix"] == "/airflow/prod/connections"
    assert arguments["variables_prefix"] == "/airflow/prod/variables"
    assert arguments["config_prefix"] is None


def test_the_broker_does_not_deliver_a_running_task_again() -> None:
    options = VALUES["config"]["celery_broker_transport_options"]
    assert options["visibility_timeout"] == str(settings().visibility_timeout_seconds)


def test_a_broker_that_has_failed_over_is_noticed() -> None:
    """Kombu asks Redis to wait for one second: an answer that takes longer than the limit never comes."""
    options = VALUES["config"]["celery_broker_transport_options"]
    assert (options["socket_connect_timeout"], options["socket_keepalive"]) == ("10", "True")
    assert int(options["socket_timeout"]) > int(options["health_check_interval"]) > 1


@pytest.mark.parametrize(("concurrency", "expected"), [(4, "1"), (8, "1"), (9, None)])
def test_small_workers_do_not_stall_at_a_tasks_end(concurrency: int, expected: str | None) -> None:
    config = chart_values(with_workers(concurrency=concurrency), INPUTS)["config"]
    assert config.get("workers", {}).get("min_heartbeat_interval") == expected
    assert config["celery"]["worker_concurrency"] == str(concurrency)


def test_pools_are_those_of_the_connection_budget() -> None:
    database = chart_values(settings(connection_pool={"size": 3, "max_overflow": 7}), INPUTS)["config"][
        "database"
    ]
    assert (database["sql_alchemy_pool_size"], database["sql_alchemy_max_overflow"]) == ("3", "7")


def test_the_async_engine_verifies_the_database_too() -> None:
    found: dict[str, Any] = {}
    text = local_settings().replace('ssl.create_default_context(cafile="', 'dict(cafile="')
    exec(compile(text, "airflow_local_settings.py", "exec"), found)  # noqa: S102 - our own text
    assert found["ASYNC_CONNECT_ARGS"]["ssl"] == {"cafile": "/opt/airflow/certificates/rds-bundle.pem"}
    assert VALUES["config"]["database"]["sql_alchemy_connect_args_async"] == (
        "airflow_local_settings.ASYNC_CONNECT_ARGS"
    )


def test_airflow_takes_only_two_names_from_our_local_settings() -> None:
    assert '__all__ = ["ASYNC_CONNECT_ARGS", "CONNECT_ARGS"]' in local_settings()


def test_a_stack_files_own_configuration_is_merged_last() -> None:
    config = chart_values(settings(config={"core": {"parallelism": "5"}, "email": {"subject": "x"}}), INPUTS)[
        "config"
    ]
    assert config["core"]["parallelism"] == "5"
    assert config["core"]["load_examples"] == "False"
    assert config["email"] == {"subject": "x"}


def test_a_stack_files_own_environment_is_merged_last() -> None:
    env = chart_values(settings(env={"AWS_DEFAULT_REGION": "eu-west-1", "X": "1"}), INPUTS)["env"]
    assert {"name": "AWS_DEFAULT_REGION", "value": "eu-west-1"} in env
    assert [entry["name"] for entry in env] == sorted({entry["name"] for entry in env})


def test_a_base_urls_path_reaches_the_execution_api() -> None:
    config = chart_values(settings(base_url="https://data.example/airflow"), INPUTS)["config"]
    assert config["api"]["base_url"] == "https://data.example/airflow"
    assert config["core"]["execution_api_server_url"] == "http://airflow-api-server:8080/airflow/execution/"


def test_metrics_go_to_the_charts_statsd() -> None:
    assert VALUES["statsd"]["enabled"] is True
    assert VALUES["config"]["metrics"]["statsd_host"] == "airflow-statsd"
