"""A whole stack on this machine: real servers, real Airflow, the smoke DAG, rotations, no secret in sight."""

from __future__ import annotations

import json
import re
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from components.naming import MASTER_SECRET
from emulator import airflow_substitutions, broken_dags, realise, smoke
from offline import ROOT, plain
from tests.emulator.cli import runner
from tests.emulator.kills import until
from tests.emulator.whole_stack import CACHE, Stack, broker, database_parameters

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


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    home = tmp_path_factory.mktemp("emulator")
    machine = realise.machine_of("local", home=home)
    dags = shutil.copytree(ROOT / "dags", tmp_path_factory.mktemp("dags") / "dags")
    (dags / "broken.py").write_text("from airflow.sdk import dag, no_such_thing\n")
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(airflow_substitutions, "DAGS", dags)
            stack = Stack(machine)
            yield stack
            stack.watch.stop()
    finally:
        machine.supervisor.shutdown()
        shutil.rmtree(home, ignore_errors=True)


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


def test_airflow_works_as_a_role_of_its_own_that_owns_every_table(stack: Stack) -> None:
    master, role = database_parameters(stack, MASTER_SECRET)["user"], database_parameters(stack)["user"]
    with psycopg.connect(**database_parameters(stack)) as connection:
        owners = connection.execute("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'")
        assert owners.fetchall() == [(role,)]
        clients = connection.execute(
            "SELECT DISTINCT usename FROM pg_stat_activity WHERE usename = %s", [master]
        )
        assert clients.fetchall() == [], "no process of Airflow is the master user"


def test_the_broker_takes_verified_tls_and_refuses_a_client_without(stack: Stack) -> None:
    # CONFIG is closed to clients, as in ElastiCache; INFO tells the policy.
    assert broker(stack).info("memory")["maxmemory_policy"] == "noeviction"
    with pytest.raises(redis.ConnectionError):
        broker(stack, ssl=False).ping()


def test_a_broken_dag_is_told_and_harms_nothing(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    until(lambda: broken_dags.lines(stack.machine), 60)
    said = runner(stack.machine.state.home, monkeypatch, capsys)("status", "local")
    assert said.code == 0
    assert re.search(r"broken DAG \S*broken\.py: ImportError: cannot import name 'no_such_thing'", said.out)


def no_secret_in_sight(stack: Stack) -> None:
    """Whatever was generated since the beginning: command lines of all this time, logs, open files."""
    assert len(stack.secrets) >= 7
    assert any(b"operations.smoke" in line for line in stack.watch.seen)
    assert stack.watch.showing(stack.secrets) == []
    assert not [s for s in stack.secrets if s in stack.graph.to_json()]
    for log in stack.machine.state.logs.iterdir():
        content = log.read_text(errors="replace")
        assert not [s for s in stack.secrets if s in content], log.name
    open_files = [
        path
        for path in stack.machine.state.root.rglob("*")
        if path.is_file() and not path.is_symlink() and stat.S_IMODE(path.stat().st_mode) & 0o077
    ]
    for path in open_files:
        content = path.read_bytes()
        assert not [s for s in stack.secrets if s.encode() in content], path
    assert stat.S_IMODE(stack.machine.state.root.stat().st_mode) == 0o700


def test_no_secret_is_on_a_command_line_in_a_log_or_in_an_open_file(stack: Stack) -> None:
    no_secret_in_sight(stack)


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


def test_an_old_password_and_an_old_token_are_refused_after_a_rotation_and_work_goes_on(stack: Stack) -> None:
    password, token = (
        database_parameters(stack)["password"],
        plain(stack.graph.only(CACHE).inputs["authToken"]),
    )
    rotations = {"jwt_secret": 2, "database_password": 2, "broker_token": 2}
    assert stack.change("secrets", {"rotations": rotations}) == AIRFLOW
    assert database_parameters(stack)["password"] != password
    psycopg.connect(**database_parameters(stack)).close()
    with pytest.raises(psycopg.OperationalError, match="authentication failed"):
        psycopg.connect(**database_parameters(stack, password=password))
    assert broker(stack, password=token).ping()  # with ROTATE, clients of before may go on until SET
    assert stack.change("cache", {"auth_update_strategy": "SET"}) == set()
    assert broker(stack).ping()
    with pytest.raises(redis.AuthenticationError):
        broker(stack, password=token).ping()
    assert smoke.run(stack.machine)


def test_a_new_master_password_restarts_nothing_and_shuts_out_the_old_one(stack: Stack) -> None:
    old = database_parameters(stack, MASTER_SECRET)["password"]
    numbers = {"jwt_secret": 2, "database_password": 2, "broker_token": 2, "master_password": 2}
    assert stack.change("secrets", {"rotations": numbers}) == set()
    psycopg.connect(**database_parameters(stack, MASTER_SECRET)).close()
    for password in (old, database_parameters(stack)["password"]):
        with pytest.raises(psycopg.OperationalError, match="authentication failed"):
            psycopg.connect(**database_parameters(stack, MASTER_SECRET, password=password))


def test_no_secret_of_before_or_after_the_rotations_is_in_sight(stack: Stack) -> None:
    no_secret_in_sight(stack)


def test_down_leaves_no_process_and_clean_no_file(stack: Stack) -> None:
    pids = stack.pids().values()
    stack.machine.supervisor.shutdown()
    assert [pid for pid in pids if Path(f"/proc/{pid}").exists()] == []
    stack.machine.state.remove()
    assert list(stack.machine.state.home.iterdir()) == []
