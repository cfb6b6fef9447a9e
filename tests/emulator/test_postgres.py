"""RDS as a real Postgres."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import psycopg
import pytest

from emulator.backends.postgres import PARAMETER_GROUP, Postgres
from emulator.errors import EmulatorError
from emulator.machine import Machine
from emulator.paths import State
from tests.emulator.server_resources import RDS_PARAMETERS, instance, parameter_group

pytestmark = pytest.mark.emulator

FIRST, SECOND = "first'\"%secret ä", "second-secret"


class Shared:
    """One server for the tests of this file; each brings it to the password that it needs."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.service = Postgres(machine)
        self.group = parameter_group(machine, PARAMETER_GROUP, RDS_PARAMETERS)

    def ensure(self, password: str = FIRST, **changes: Any) -> dict[str, Any]:
        return self.service.ensure(instance(password, self.group, **changes), None)

    def connect(self, password: str, sslmode: str = "verify-full", host: str = "localhost") -> Any:
        return psycopg.connect(
            host=host,
            port=self.machine.ports.known()["postgres-database"],
            user="airflow_admin",
            password=password,
            dbname="airflow",
            sslmode=sslmode,
            sslrootcert=str(self.machine.substitutions.ca_bundle) if sslmode != "disable" else None,
            connect_timeout=5,
        )

    @property
    def pid(self) -> int:
        return next(p.pid for p in self.machine.supervisor.status() if p.name == "postgres-database")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Any:
    machine = Machine(State("test", tmp_path_factory.mktemp("pg")))
    yield Shared(machine)
    machine.supervisor.shutdown()
    machine.state.remove()


def value(connection: Any, query: str) -> Any:
    with connection:
        return connection.execute(query).fetchone()[0]


def test_the_outputs_lead_to_a_server_with_verified_tls(server: Shared) -> None:
    outputs = server.ensure()
    assert outputs["endpoint"] == f"localhost:{outputs['port']}"
    for host in ("localhost", "127.0.0.1"):
        assert value(
            server.connect(FIRST, host=host), "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
        )


def test_a_client_without_tls_is_refused(server: Shared) -> None:
    server.ensure()
    with pytest.raises(psycopg.OperationalError, match="no encryption"):
        server.connect(FIRST, "disable")


def test_the_same_instance_again_restarts_nothing(server: Shared) -> None:
    server.ensure()
    before = server.pid
    server.ensure()
    assert server.pid == before


def test_a_new_password_counts_at_once_and_the_old_one_is_refused(server: Shared) -> None:
    server.ensure()
    before = server.pid
    server.ensure(SECOND)
    assert server.pid == before
    assert value(server.connect(SECOND), "SELECT 1") == 1
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        server.connect(FIRST)


def test_the_recorded_parameters_are_applied_as_far_as_postgres_knows_them(server: Shared) -> None:
    server.ensure()
    assert value(server.connect(FIRST), "SHOW log_min_duration_statement") == "1s"
    assert value(server.connect(FIRST), "SHOW idle_in_transaction_session_timeout") == "10min"


def test_a_changed_parameter_counts_without_a_restart(server: Shared) -> None:
    server.ensure()
    before = server.pid
    changed = {**RDS_PARAMETERS, "log_min_duration_statement": "2000"}
    try:
        parameter_group(server.machine, PARAMETER_GROUP, changed)
        server.ensure()
        assert value(server.connect(FIRST), "SHOW log_min_duration_statement") == "2s"
        assert server.pid == before
    finally:
        parameter_group(server.machine, PARAMETER_GROUP, RDS_PARAMETERS)


def test_the_master_user_is_no_superuser_and_owns_the_database(server: Shared) -> None:
    server.ensure()
    assert (
        value(server.connect(FIRST), "SELECT rolsuper FROM pg_roles WHERE rolname = 'airflow_admin'") is False
    )
    query = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'airflow'"
    assert value(server.connect(FIRST), query) == "airflow_admin"
    assert value(server.connect(FIRST), "SELECT pg_has_role('rds_superuser', 'MEMBER')") is True


def test_another_master_user_is_refused_with_the_remedy_because_rds_would_start_anew(server: Shared) -> None:
    before = instance(FIRST, server.group, username="airflow")
    with pytest.raises(EmulatorError, match=r"set database\.master_username to airflow, or `make clean`"):
        server.service.ensure(instance(FIRST, server.group), before)


def test_the_superuser_cannot_come_over_the_network(server: Shared) -> None:
    outputs = server.ensure()
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(
            host="localhost", port=outputs["port"], user="rdsadmin", password="x", dbname="postgres"
        )


def test_no_password_is_in_a_log_a_configuration_or_a_command_line(server: Shared) -> None:
    server.ensure()
    server.ensure(SECOND)
    data = server.machine.state.root / "postgres" / "database" / "data"
    written = [
        *server.machine.state.logs.glob("*"),
        *data.glob("*.conf"),
        *server.machine.state.programs.glob("*"),
    ]
    text = b"".join(file.read_bytes() for file in written)
    text += Path("/proc", str(server.pid), "cmdline").read_bytes()
    assert SECOND.encode() not in text
    assert FIRST.encode() not in text


def test_data_survives_a_kill(server: Shared) -> None:
    server.ensure()
    with server.connect(FIRST) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (x int)")
    os.kill(server.pid, signal.SIGKILL)
    server.ensure()
    assert value(server.connect(FIRST), "SELECT count(*) FROM kept") == 0


def test_a_deleted_instance_leaves_no_process_and_no_data(fresh: Machine) -> None:
    service, database = Postgres(fresh), instance(FIRST, engineVersion="16")
    service.ensure(database, None)
    service.delete(database)
    assert fresh.supervisor.status() == []
    assert not (fresh.state.root / "postgres" / "database").exists()
