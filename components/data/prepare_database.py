"""Creates the role that Airflow works as and gives it its rights: run inside an Airflow container.

Takes two libpq URLs from the environment: MASTER_URL of the instance's master user, APPLICATION_URL of the
role. It may run at any time and as often as wanted. RDS's master user is no superuser: it may change what is
owned by itself and by the roles that it is a member of, and that is all that is done here.
"""

import os
import sys
import time
from typing import Any

# They exist in Airflow's image alone.
import psycopg2  # type: ignore[import-not-found]
from psycopg2 import sql  # type: ignore[import-not-found]
from psycopg2.extensions import encrypt_password, parse_dsn  # type: ignore[import-not-found]

WAIT_SECONDS = 180
"""RDS reports a changed master password as done some time before the instance takes it."""
PAUSE_SECONDS = 5
LOCK_TIMEOUT = "30s"
"""A table of a running Airflow can be busy. Waiting for it any longer would stop all that queue behind."""

# Indexes, sequences of columns and composite types follow their table; extensions keep what is theirs (e).
FOREIGN_RELATIONS = """
    SELECT c.relname, c.relkind FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
      AND pg_get_userbyid(c.relowner) <> %s AND pg_has_role(c.relowner, 'USAGE')
      AND NOT EXISTS (
        SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.classid = 'pg_class'::regclass
          AND (d.deptype = 'e' OR c.relkind = 'S' AND d.deptype IN ('a', 'i')))
"""
FOREIGN_TYPES = """
    SELECT t.typname, 'T' FROM pg_type t
    WHERE t.typnamespace = 'public'::regnamespace AND t.typtype IN ('e', 'd')
      AND pg_get_userbyid(t.typowner) <> %s AND pg_has_role(t.typowner, 'USAGE')
      AND NOT EXISTS (
        SELECT 1 FROM pg_depend d WHERE d.objid = t.oid AND d.classid = 'pg_type'::regclass
          AND d.deptype = 'e')
"""
KINDS = {"r": "TABLE", "p": "TABLE", "v": "VIEW", "m": "MATERIALIZED VIEW", "S": "SEQUENCE", "T": "TYPE"}


def main() -> int:
    """Exit code 0 once the role can log in with its password and use the database."""
    application = parse_dsn(os.environ["APPLICATION_URL"])
    role, database = application["user"], application["dbname"]
    try:
        connection = connect(os.environ["MASTER_URL"])
        with connection, connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [LOCK_TIMEOUT])
            set_role(cursor, role, application["password"])
            grant(cursor, role, database)
            moved = take_over(cursor, role)
        connection.close()
    except psycopg2.Error as error:
        # The first line alone: what follows it quotes the statement.
        print(f"role {role}: {first_line(error)}", file=sys.stderr)
        return 1
    print(f"role {role} may use database {database}; {moved} tables and types became its own")
    return 0


def connect(url: str) -> Any:
    """A connection of the master user; tried again while its password may be under way."""
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            return psycopg2.connect(url, connect_timeout=10, application_name="airflow-prepare-database")
        except psycopg2.OperationalError as error:
            if time.monotonic() >= deadline:
                raise
            print(f"waiting: {first_line(error)}", file=sys.stderr)
            time.sleep(PAUSE_SECONDS)


def set_role(cursor: Any, role: str, password: str) -> None:
    """The role exists, with this password and no right beyond logging in."""
    name = sql.Identifier(role)
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
    if cursor.fetchone() is None:
        cursor.execute(sql.SQL("CREATE ROLE {}").format(name))
    # Computed on this side: RDS logs the statement, and from this value nobody gets back to the password.
    verifier = encrypt_password(password, role, cursor, "scram-sha-256")
    cursor.execute(
        sql.SQL("ALTER ROLE {} LOGIN NOCREATEDB NOCREATEROLE PASSWORD {}").format(name, sql.Literal(verifier))
    )


def grant(cursor: Any, role: str, database: str) -> None:
    """What Airflow's migrations and queries need. Only a member may give a role something to own."""
    names = {"role": sql.Identifier(role), "database": sql.Identifier(database)}
    for statement in (
        "GRANT {role} TO CURRENT_USER",
        "GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {role}",
        "GRANT USAGE, CREATE ON SCHEMA public TO {role}",
    ):
        cursor.execute(sql.SQL(statement).format(**names))


def take_over(cursor: Any, role: str) -> int:
    """Gives the role what the master user, or a role before this one, made; returns how many that were."""
    found = []
    for query in (FOREIGN_RELATIONS, FOREIGN_TYPES):
        cursor.execute(query, [role])
        found += cursor.fetchall()
    for name, kind in found:
        statement = sql.SQL("ALTER {} public.{} OWNER TO {}")
        cursor.execute(statement.format(sql.SQL(KINDS[kind]), sql.Identifier(name), sql.Identifier(role)))
    return len(found)


def first_line(error: Exception) -> str:
    """An error without the statement that it is about."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


if __name__ == "__main__":
    sys.exit(main())
