"""A whole stack on this machine: real servers, real Airflow, the smoke DAG, rotations, no secret in sight."""

from __future__ import annotations

import json
import shutil
import stat
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis

from emulator import realise, smoke
from emulator.machine import Machine
from offline import ROOT, Graph, plain

pytestmark = [
    pytest.mark.emulator,
    pytest.mark.skipif(
        not (ROOT / ".venv-airflow" / "bin" / "airflow").exists(),
        reason="Airflow's own environment is missing; `make setup` makes it",
    ),
]

AIRFLOW = {
    "airflow-api-server",
    "airflow-dag-processor",
    "airflow-scheduler",
    "airflow-triggerer",
    "airflow-worker",
}
DATABASE = "aws:rds/instance:Instance"
CACHE = "aws:elasticache/replicationGroup:ReplicationGroup"


class Stack:
    """One emulated stack and the changes made to its file so far."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.changes: dict[str, Any] = {}
        self.graph: Graph = realise.up(machine)

    def pids(self) -> dict[str, int]:
        return {process.name: process.pid for process in self.machine.supervisor.status()}

    def change(self, section: str, values: Mapping[str, Any]) -> set[str]:
        """Bring the stack up with another value; returns the processes that restarted."""
        before = self.pids()
        self.changes[section] = {**self.changes.get(section, {}), **values}
        self.graph = realise.up(self.machine, overrides=self.changes)
        after = self.pids()
        assert set(after) == set(before)
        return {name for name, pid in after.items() if pid != before[name]}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    home = tmp_path_factory.mktemp("emulator")
    machine = realise.machine_of("local", home=home)
    try:
        yield Stack(machine)
    finally:
        machine.supervisor.shutdown()
        shutil.rmtree(home, ignore_errors=True)


def database_parameters(stack: Stack, **given: object) -> dict[str, Any]:
    instance = stack.graph.only(DATABASE)
    return {
        "host": instance.outputs["address"],
        "port": instance.outputs["port"],
        "dbname": instance.inputs["dbName"],
        "user": instance.inputs["username"],
        "password": plain(instance.inputs["password"]),
        "sslmode": "verify-full",
        "sslrootcert": str(stack.machine.substitutions.ca_bundle),
        "connect_timeout": 10,
        **given,
    }


def test_the_smoke_dag_passes(stack: Stack) -> None:
    assert smoke.run(stack.machine)


def test_a_second_up_restarts_nothing(stack: Stack) -> None:
    assert stack.change("airflow", {}) == set()


def test_the_database_takes_verified_tls_and_refuses_a_client_without(stack: Stack) -> None:
    with psycopg.connect(**database_parameters(stack)) as connection:
        row = connection.execute("select ssl from pg_stat_ssl where pid = pg_backend_pid()").fetchone()
    assert row == (True,)
    with pytest.raises(psycopg.OperationalError, match="no encryption"):
        psycopg.connect(**database_parameters(stack, sslmode="disable"))


def test_the_broker_takes_verified_tls_and_refuses_a_client_without(stack: Stack) -> None:
    group = stack.graph.only(CACHE)
    where = {
        "host": "127.0.0.1",
        "port": int(group.outputs["port"]),
        "password": plain(group.inputs["authToken"]),
    }
    client = redis.Redis(**where, ssl=True, ssl_ca_certs=str(stack.machine.substitutions.ca_bundle))
    # CONFIG is closed to clients, as in ElastiCache; INFO tells the policy.
    assert client.info("memory")["maxmemory_policy"] == "noeviction"
    with pytest.raises(redis.ConnectionError):
        redis.Redis(**where, socket_timeout=5).ping()


def test_no_secret_is_on_a_command_line_in_a_log_or_in_an_open_file(stack: Stack) -> None:
    secrets = {secret for secret in stack.graph.secrets() if len(secret) >= 12}
    assert len(secrets) >= 7
    listed = subprocess.run(["ps", "-eww", "-o", "args"], capture_output=True, text=True, check=True).stdout
    assert not [s for s in secrets if s in listed]
    assert not [s for s in secrets if s in stack.graph.to_json()]
    for log in stack.machine.state.logs.iterdir():
        content = log.read_text(errors="replace")
        assert not [s for s in secrets if s in content], log.name
    open_files = [
        path
        for path in stack.machine.state.root.rglob("*")
        if path.is_file() and not path.is_symlink() and stat.S_IMODE(path.stat().st_mode) & 0o077
    ]
    for path in open_files:
        content = path.read_bytes()
        assert not [s for s in secrets if s.encode() in content], path
    assert stat.S_IMODE(stack.machine.state.root.stat().st_mode) == 0o700


def test_no_secret_is_in_values_or_exports(stack: Stack) -> None:
    shown = json.dumps(
        [dict(stack.graph.exports), stack.graph.only("kubernetes:helm.sh/v3:Release").inputs["values"]]
    )
    assert not [s for s in stack.graph.secrets() if len(s) >= 12 and s in shown]


def test_one_components_variable_restarts_that_component_alone(stack: Stack) -> None:
    components = {"triggerer": {"env": {"EXAMPLE_SETTING": "1"}}}
    assert stack.change("airflow", {"components": components}) == {"airflow-triggerer"}


def test_an_airflow_setting_restarts_airflow_and_no_server(stack: Stack) -> None:
    changed = stack.change("airflow", {"config": {"scheduler": {"max_dagruns_to_create_per_loop": "11"}}})
    assert changed == AIRFLOW


def test_a_new_jwt_secret_restarts_those_who_read_it(stack: Stack) -> None:
    changed = stack.change("secrets", {"rotations": {"jwt_secret": 2}})
    assert changed == {"airflow-api-server", "airflow-scheduler"}


def test_an_old_database_password_is_refused_after_a_rotation(stack: Stack) -> None:
    old = database_parameters(stack)["password"]
    changed = stack.change("secrets", {"rotations": {"jwt_secret": 2, "database_password": 2}})
    assert changed == AIRFLOW
    assert database_parameters(stack)["password"] != old
    psycopg.connect(**database_parameters(stack)).close()
    with pytest.raises(psycopg.OperationalError, match="authentication failed"):
        psycopg.connect(**database_parameters(stack, password=old))
    assert smoke.run(stack.machine)


def test_down_leaves_no_process_and_clean_no_file(stack: Stack) -> None:
    pids = stack.pids().values()
    stack.machine.supervisor.shutdown()
    assert [pid for pid in pids if Path(f"/proc/{pid}").exists()] == []
    stack.machine.state.remove()
    assert list(stack.machine.state.home.iterdir()) == []
