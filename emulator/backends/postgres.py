"""RDS for PostgreSQL as a real server on this machine, with forced and verified TLS."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg import sql

from emulator.errors import EmulatorError
from emulator.files import remove
from emulator.machine import Machine
from emulator.postgres_server import SUPERUSER, PostgresServer
from emulator.programs import errand
from emulator.substitutions import HOST
from offline.graph import Resource, plain

INSTANCE = "aws:rds/instance:Instance"
PARAMETER_GROUP = "aws:rds/parameterGroup:ParameterGroup"
READY_SECONDS = 120
"""A server that was killed replays its log first."""

MASTER_GROUP = "rds_superuser"
"""Role of RDS that its master user is a member of."""

NOT_APPLIED = {"shared_preload_libraries", "rds.force_ssl"}
"""The first names libraries of RDS, the second is a line of pg_hba.conf here."""


class Postgres:
    """One server per recorded instance; master user, password, database and parameters as recorded."""

    types = frozenset({INSTANCE})

    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    def ensure(self, resource: Resource, previous: Resource | None) -> dict[str, Any]:
        """A running server that accepts the recorded password; a changed one is altered in place."""
        inputs = plain(resource.inputs)
        _keeps_master(resource, previous)
        server = self._server(resource)
        parameters = self._parameters(inputs)
        fresh = server.prepare()
        if fresh:
            self._tell_version(server, str(inputs.get("engineVersion", "")))
        force_tls = parameters.get("rds.force_ssl", "1") != "0"
        known = self._known(server, parameters, fresh)

        def start(port: int) -> tuple[int, bool]:
            changed = server.configure(port, known, force_tls=force_tls)
            self._machine.supervisor.apply(server.name, [server.program()])
            return port, changed

        port, changed = self._machine.serve(server.name, start)
        with self._admin(server, port) as admin:
            if changed:
                admin.execute("SELECT pg_reload_conf()")
        if changed:
            self._restart_if_needed(server, port)
        self._converge(server, port, inputs)
        address = {"address": HOST, "port": port, "endpoint": f"{HOST}:{port}"}
        return {**self._machine.computed(resource), **address}

    def delete(self, resource: Resource) -> None:
        """Stops the server and removes its data."""
        server = self._server(resource)
        self._machine.supervisor.stop(server.name)
        remove(self._machine.state.root / "postgres" / resource.name)

    def _server(self, resource: Resource) -> PostgresServer:
        state = self._machine.state
        folder = state.folder("postgres", resource.name)
        certificates, environment = self._machine.certificates, errand(state)
        return PostgresServer(f"postgres-{resource.name}", folder, state.sockets, certificates, environment)

    def _parameters(self, inputs: Mapping[str, Any]) -> dict[str, str]:
        name = inputs.get("parameterGroupName", "")
        group = self._machine.journal.find(PARAMETER_GROUP, "name", name)
        listed = plain(group.inputs).get("parameters") or [] if group else []
        return {parameter["name"]: str(parameter["value"]) for parameter in listed}

    def _known(self, server: PostgresServer, parameters: Mapping[str, str], tell: bool) -> dict[str, str]:
        """Those that Postgres itself knows; RDS' own and formulas over memory are not applied."""
        names = server.known_parameters()
        applied = {
            name: value
            for name, value in parameters.items()
            if name in names and name not in NOT_APPLIED and "{" not in value
        }
        ignored = sorted(set(parameters) - set(applied) - {"rds.force_ssl"})
        if ignored and tell:
            self._machine.progress.say(f"{server.name}: parameters of RDS only: {', '.join(ignored)}")
        return applied

    def _tell_version(self, server: PostgresServer, wanted: str) -> None:
        if wanted and wanted.split(".")[0] != str(server.major):
            self._machine.progress.say(f"{server.name}: Postgres {server.major} stands in for {wanted}")

    def _admin(self, server: PostgresServer, port: int) -> psycopg.Connection[Any]:
        """A superuser's connection over the private socket, as soon as the server takes one."""
        deadline = time.monotonic() + READY_SECONDS
        while True:
            try:
                return psycopg.connect(
                    host=str(server.sockets), port=port, user=SUPERUSER, dbname="postgres", autocommit=True
                )
            except psycopg.OperationalError as error:
                if time.monotonic() > deadline:
                    reason = str(error).strip().splitlines()[-1]
                    raise EmulatorError(f"{server.name} takes no connection: {reason}") from None
                time.sleep(0.05)

    def _restart_if_needed(self, server: PostgresServer, port: int) -> None:
        """Some parameters (RDS: `pending-reboot`) count from the next start only."""
        with self._admin(server, port) as admin:
            pending = admin.execute("SELECT count(*) FROM pg_settings WHERE pending_restart").fetchone()
        if pending and pending[0]:
            self._machine.supervisor.restart(server.name)

    def _converge(self, server: PostgresServer, port: int, inputs: Mapping[str, Any]) -> None:
        user, password = str(inputs["username"]), str(inputs["password"])
        database = str(inputs.get("dbName") or "postgres")
        with self._admin(server, port) as admin:
            _make_master(admin, user)
            if not self._accepts(port, user, password):
                # Hashed on this side: a statement in the server's log must not show the password.
                digest = admin.pgconn.encrypt_password(password.encode(), user.encode(), b"scram-sha-256")
                command = sql.SQL("ALTER ROLE {} PASSWORD {}")
                admin.execute(command.format(sql.Identifier(user), sql.Literal(digest.decode())))
            if not _exists(admin, "pg_database", "datname", database):
                command = sql.SQL("CREATE DATABASE {} OWNER {}")
                admin.execute(command.format(sql.Identifier(database), sql.Identifier(user)))

    def _accepts(self, port: int, user: str, password: str) -> bool:
        """True if the server takes this password over verified TLS."""
        try:
            psycopg.connect(
                host=HOST,
                port=port,
                user=user,
                password=password,
                dbname="postgres",
                sslmode="verify-full",
                sslrootcert=str(self._machine.substitutions.ca_bundle),
            ).close()
        except psycopg.OperationalError as error:
            if "password authentication failed" in str(error):
                return False
            raise
        return True


def _keeps_master(resource: Resource, previous: Resource | None) -> None:
    """RDS cannot rename the master user: it would make a new, empty instance."""
    before = previous and plain(previous.inputs)["username"]
    if before and before != plain(resource.inputs)["username"]:
        raise EmulatorError(
            f"the data of {resource.name} belong to master user {before}, which RDS cannot rename:"
            f" set database.master_username to {before}, or `make clean` starts anew."
        )


def _make_master(admin: psycopg.Connection[Any], user: str) -> None:
    """As RDS does: no superuser, may make roles and databases, member of a role with a few more rights."""
    if not _exists(admin, "pg_roles", "rolname", MASTER_GROUP):
        admin.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(MASTER_GROUP)))
    if not _exists(admin, "pg_roles", "rolname", user):
        admin.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB CREATEROLE").format(sql.Identifier(user)))
    group = sql.Identifier(MASTER_GROUP)
    admin.execute(sql.SQL("GRANT pg_monitor, pg_signal_backend TO {} WITH ADMIN OPTION").format(group))
    admin.execute(sql.SQL("GRANT {} TO {} WITH ADMIN OPTION").format(group, sql.Identifier(user)))


def _exists(admin: psycopg.Connection[Any], table: str, column: str, name: str) -> bool:
    query = sql.SQL("SELECT 1 FROM {} WHERE {} = {}")
    row = admin.execute(query.format(sql.Identifier(table), sql.Identifier(column), sql.Literal(name)))
    return row.fetchone() is not None
