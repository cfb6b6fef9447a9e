"""The migration's first container against a real Postgres: what Airflow's role may do and what not."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from emulator.machine import Machine
from emulator.paths import State
from tests.emulator.database_role import ADMIN, AIRFLOW, APPLICATION, MASTER, ROLE, Database

pytestmark = [
    pytest.mark.emulator,
    pytest.mark.skipif(not AIRFLOW.exists(), reason="Airflow's own environment is missing: `make setup`"),
]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    machine = Machine(State("test", tmp_path_factory.mktemp("role")))
    try:
        made = Database(machine)
        done = made.prepare()
        assert done.returncode == 0, done.stderr
        yield made
    finally:
        machine.supervisor.shutdown()
        machine.state.remove()


def test_the_role_may_make_and_change_tables_and_types(database: Database) -> None:
    database.run("CREATE TYPE colour AS ENUM ('red')")
    database.run("CREATE TABLE mine (id serial PRIMARY KEY, c colour)")
    database.run("ALTER TABLE mine ADD COLUMN more text")
    database.run("INSERT INTO mine (c) VALUES ('red')")
    database.run("CREATE TEMPORARY TABLE passing (x int)")
    assert database.run("SELECT count(*) FROM mine") == [(1,)]
    database.run("DROP TABLE mine; DROP TYPE colour")


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE ROLE other",
        "CREATE DATABASE other",
        "DROP DATABASE airflow",
        "ALTER DATABASE airflow RENAME TO other",
        "CREATE SCHEMA other",
        "DROP SCHEMA public CASCADE",
        f"ALTER ROLE {ADMIN} PASSWORD 'x'",
        f"ALTER ROLE {ROLE} CREATEROLE",
        f"GRANT {ADMIN} TO {ROLE}",
        f"SET ROLE {ADMIN}",
        "SET ROLE rds_superuser",
        "ALTER SYSTEM SET work_mem = '1MB'",
        "SELECT pg_read_file('/etc/passwd')",
        "COPY (SELECT 1) TO PROGRAM 'true'",
        "SELECT rolpassword FROM pg_authid",
    ],
)
def test_the_role_may_do_nothing_else(database: Database, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        database.run(statement)


def test_the_role_has_no_attribute_and_is_a_member_of_nothing(database: Database) -> None:
    attributes = "rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls"
    found = database.run(f"SELECT {attributes} FROM pg_roles WHERE rolname = current_user")  # noqa: S608
    assert set(found[0]) == {False}
    memberships = "SELECT roleid FROM pg_auth_members WHERE member = current_user::regrole"
    assert database.run(memberships) == []


@pytest.mark.parametrize(("user", "password"), [(ADMIN, APPLICATION), (ROLE, MASTER)])
def test_neither_can_log_in_with_the_others_password(database: Database, user: str, password: str) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        database.connect(user, password)


def test_a_second_run_changes_nothing(database: Database) -> None:
    done = database.prepare()
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "role airflow may use database airflow; 0 tables and types became its own\n"


def test_a_rotated_password_counts_at_once_and_open_sessions_and_data_stay(database: Database) -> None:
    with database.connect() as before:
        before.execute("CREATE TABLE kept AS SELECT 7 AS x")
        assert database.prepare("rotated0123456789").returncode == 0
        assert before.execute("SELECT x FROM kept").fetchall() == [(7,)]
    assert database.run("SELECT x FROM kept", password="rotated0123456789") == [(7,)]
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        database.connect()
    assert database.prepare().returncode == 0
    database.run("DROP TABLE kept")


def test_a_rotated_master_password_leaves_the_role_alone(database: Database) -> None:
    database.rotate_master("masterRotated0123456789")
    try:
        assert database.run("SELECT 1") == [(1,)]
        assert database.prepare(master="masterRotated0123456789").returncode == 0
        failed = database.prepare()
    finally:
        database.rotate_master(MASTER)
    assert failed.returncode == 1


def test_a_failure_is_one_line_without_a_password(database: Database) -> None:
    failed = database.prepare(master="wrong-master-password")
    assert failed.returncode == 1
    assert len(failed.stderr.splitlines()) == 1
    assert 'password authentication failed for user "airflow_admin"' in failed.stderr
    assert "wrong-master-password" not in failed.stderr
    assert APPLICATION not in failed.stderr


def test_a_role_that_is_not_the_masters_is_refused_in_one_line(database: Database) -> None:
    failed = database.prepare(role="rdsadmin")
    assert (failed.returncode, failed.stdout) == (1, "")
    assert failed.stderr.startswith("role rdsadmin: permission denied")
    assert len(failed.stderr.splitlines()) == 1


def test_no_password_is_in_the_servers_log_although_it_logs_every_statement(database: Database) -> None:
    assert database.prepare().returncode == 0
    log = "".join(path.read_text() for path in database.machine.state.logs.glob("postgres*"))
    assert "ALTER ROLE" in log
    assert "SCRAM-SHA-256$" in log
    assert [word for word in (APPLICATION, MASTER) if word in log] == []


def test_another_name_takes_over_what_the_former_role_made(database: Database) -> None:
    database.run("CREATE TABLE former AS SELECT 1 AS x")
    assert database.prepare(role="airflow_next").returncode == 0
    assert database.run("SELECT x FROM former", user="airflow_next") == [(1,)]
    database.run("DROP TABLE former", user="airflow_next")


def test_what_airflow_made_as_the_master_user_becomes_the_roles_own(fresh: Machine) -> None:
    """An older stack: `airflow` was the master user, and keeps its name."""
    older = Database(fresh, username="airflow")
    as_master = {"user": "airflow", "password": MASTER}
    older.run("CREATE TYPE colour AS ENUM ('red')", **as_master)
    older.run(
        "CREATE TABLE dag (id serial PRIMARY KEY, n int GENERATED ALWAYS AS IDENTITY, c colour)", **as_master
    )
    older.run("CREATE VIEW dags AS SELECT id FROM dag", **as_master)
    older.run("CREATE SEQUENCE free", **as_master)
    older.run("INSERT INTO dag (c) VALUES ('red')", **as_master)
    done = older.prepare(role="airflow_app")
    assert done.returncode == 0, done.stderr
    assert "4 tables and types became its own" in done.stdout
    older.run("ALTER TABLE dag ADD COLUMN more text; DROP VIEW dags; DROP SEQUENCE free", user="airflow_app")
    older.run("ALTER TYPE colour ADD VALUE 'blue'", user="airflow_app")
    older.run("INSERT INTO dag (c) VALUES ('red')", user="airflow_app")
    assert older.run("SELECT id FROM dag ORDER BY id", user="airflow_app") == [(1,), (2,)]
    owners = "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'"
    assert older.run(owners, user="airflow_app") == [("airflow_app",)]
    assert older.run("SELECT count(*) FROM dag", **as_master) == [(2,)], "people still get at the data"
