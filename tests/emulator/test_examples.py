"""The example DAGs in a running stack: all are read, and all that need no cluster run to their end."""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest

from emulator import realise
from emulator.machine import Machine
from offline import ROOT, Graph, plain
from operations.airflow_api import AirflowApi, ApiError

pytestmark = [
    pytest.mark.emulator,
    pytest.mark.skipif(
        not (ROOT / ".venv-airflow" / "bin" / "airflow").exists(),
        reason="Airflow's own environment is missing; `make setup` makes it",
    ),
]
README = ROOT / "dags" / "examples" / "README.md"
DAGS = sorted(set(re.findall(r"`(example_\w+)`", README.read_text())) - {"example_postgres", "example_redis"})
NEEDS_A_CLUSTER = {"example_kubernetes_pod"}
PATIENCE_SECONDS = 120


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    home = tmp_path_factory.mktemp("examples")
    made = realise.machine_of("local", home=home)
    try:
        put_connections(made, realise.up(made))
        yield made
    finally:
        made.supervisor.shutdown()
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="module")
def api(machine: Machine) -> Iterator[AirflowApi]:
    target = realise.access(machine)
    with AirflowApi(target.url) as client:
        client.login(target.username, target.password_file.read_text())
        yield client


def put_connections(machine: Machine, graph: Graph) -> None:
    """The stack's own database and cache, as a team's Connections to others would lie in SSM."""
    database = graph.only("aws:rds/instance:Instance")
    cache = graph.only("aws:elasticache/replicationGroup:ReplicationGroup")
    bundle = str(machine.substitutions.ca_bundle)
    connections = {
        "example_postgres": {
            "conn_type": "postgres",
            "host": database.outputs["address"],
            "port": int(database.outputs["port"]),
            "login": database.inputs["username"],
            "password": plain(database.inputs["password"]),
            "schema": database.inputs["dbName"],
            "extra": {"sslmode": "verify-full", "sslrootcert": bundle},
        },
        "example_redis": {
            "conn_type": "redis",
            "host": "localhost",
            "port": int(cache.outputs["port"]),
            "password": plain(cache.inputs["authToken"]),
            "extra": {"db": 0, "ssl": True, "ssl_cert_reqs": "required", "ssl_ca_certs": bundle},
        },
    }
    environment = machine.substitutions.environment()
    client: Any = boto3.client(
        "ssm",
        region_name=machine.region,
        endpoint_url=machine.substitutions.aws_endpoint_url,
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
    )
    for name, value in connections.items():
        path = f"/airflow/{machine.state.stack}/connections/{name}"
        client.put_parameter(Name=path, Value=json.dumps(value), Type="SecureString")


def eventually(found: Callable[[], Any], what: str) -> Any:
    """The first true answer, within PATIENCE_SECONDS."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not (answer := _asked(found)):
        assert time.monotonic() < end, f"{what}: not within {PATIENCE_SECONDS} s"
        time.sleep(1)
    return answer


def _asked(found: Callable[[], Any]) -> Any:
    try:
        return found()
    except ApiError as error:
        if error.status is None:  # a busy machine answers late
            return None
        raise


def run(api: AirflowApi, dag_id: str, conf: dict[str, Any] | None = None) -> tuple[str, str]:
    """Triggers the DAG; the run's id and how it ended."""
    eventually(lambda: api.dag(dag_id), f"{dag_id} is known")
    api.unpause(dag_id)
    run_id = f"test-{time.monotonic_ns()}"
    api.trigger(dag_id, run_id, conf or {})
    ended = {"success", "failed"}
    eventually(lambda: api.run_state(dag_id, run_id) in ended, f"{dag_id} ends")
    return run_id, api.run_state(dag_id, run_id)


@pytest.mark.parametrize("dag_id", DAGS)
def test_an_example_is_read(api: AirflowApi, dag_id: str) -> None:
    eventually(lambda: api.dag(dag_id), f"{dag_id} is known")
    assert api.import_errors() == []


@pytest.mark.parametrize("dag_id", sorted(set(DAGS) - NEEDS_A_CLUSTER))
def test_an_example_runs(api: AirflowApi, dag_id: str) -> None:
    run_id, state = run(api, dag_id)
    assert state == "success", api.task_instances(dag_id, run_id)


def test_rows_and_cache_give_back_what_was_put_in(api: AirflowApi) -> None:
    run_id, _ = run(api, "example_postgres_and_redis")
    assert api.returned("example_postgres_and_redis", run_id, "keep") == 42


def test_a_retry_is_tried_until_the_source_answers(api: AirflowApi) -> None:
    run_id, state = run(api, "example_retries")
    assert (state, api.returned("example_retries", run_id, "call")) == ("success", 3)


def test_the_callback_tells_once_the_last_try_has_failed(api: AirflowApi) -> None:
    run_id, state = run(api, "example_retries", {"give_up": True})
    assert state == "failed"
    attempt = api.task_instances("example_retries", run_id)["call"]["try_number"]
    assert attempt == 4
    told = eventually(
        lambda: [line for line in api.log("example_retries", run_id, "call", attempt) if "giving up" in line],
        "the callback's line",
    )
    assert "after 4 tries" in told[0]
    assert not [line for line in api.log("example_retries", run_id, "call", 1) if "giving up" in line]


def test_the_table_names_every_file() -> None:
    table = README.read_text()
    files = [path.name for path in README.parent.glob("*.py")]
    assert [name for name in files if f"`{name}`" not in table] == []
