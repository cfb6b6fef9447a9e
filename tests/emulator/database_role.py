"""A database as RDS makes it, and the script that prepares it, for the tests of Airflow's role."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from typing import Any

import psycopg

from components.connections import database_url
from components.payload import DATA
from components.pod_layout import BUNDLE_PATH
from emulator.backends.postgres import PARAMETER_GROUP, Postgres
from emulator.machine import Machine
from offline import ROOT
from tests.emulator.server_resources import RDS_PARAMETERS, instance, parameter_group

AIRFLOW = ROOT / ".venv-airflow" / "bin" / "python"
MASTER, APPLICATION = "masterPassword0123456789", "applicationPassword0123456789"
ROLE, ADMIN = "airflow", "airflow_admin"
NO_WAIT = "import sys; sys.path.insert(0, sys.argv[1]); import prepare_database as p; p.WAIT_SECONDS = 0"


class Database:
    """A server as RDS would make it, and the script that the Job would run."""

    def __init__(self, machine: Machine, username: str = ADMIN) -> None:
        self.machine, self.master = machine, username
        # Every statement: nothing that the script sends may show a password.
        logged = {**RDS_PARAMETERS, "log_statement": "all", "log_min_duration_statement": "0"}
        group = parameter_group(machine, PARAMETER_GROUP, logged)
        self.resource = instance(MASTER, group, username=username)
        self.port = Postgres(machine).ensure(self.resource, None)["port"]

    def rotate_master(self, password: str) -> None:
        rotated = instance(password, self.resource.inputs["parameterGroupName"], username=self.master)
        Postgres(self.machine).ensure(rotated, self.resource)

    def url(self, username: str, password: str) -> str:
        url = database_url(username, password, "localhost", self.port, "airflow")
        return url.replace(BUNDLE_PATH, str(self.machine.substitutions.ca_bundle))

    def prepare(
        self, password: str = APPLICATION, *, role: str = ROLE, master: str = MASTER
    ) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": os.defpath,
            "MASTER_URL": self.url(self.master, master),
            "APPLICATION_URL": self.url(role, password),
        }
        script = f"{NO_WAIT}; sys.exit(p.main())"
        command = [str(AIRFLOW), "-B", "-c", script, str(DATA)]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    def connect(self, user: str = ROLE, password: str = APPLICATION) -> psycopg.Connection[Any]:
        return psycopg.connect(self.url(user, password), connect_timeout=5, autocommit=True)

    def run(self, statement: str, user: str = ROLE, password: str = APPLICATION) -> Sequence[Any]:
        with self.connect(user, password) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []
