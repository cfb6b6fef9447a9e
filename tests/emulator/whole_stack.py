"""One emulated stack in the hands of a test: brought up, changed, and reached as its clients do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import redis
from psycopg.conninfo import conninfo_to_dict

from components.naming import DATABASE_SECRET
from emulator import realise
from emulator.machine import Machine
from offline import Graph, plain
from tests.emulator.watching import CommandLines

CACHE = "aws:elasticache/replicationGroup:ReplicationGroup"


class Stack:
    """One emulated stack and the changes made to its file so far."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.watch = CommandLines()
        self.changes: dict[str, Any] = {}
        self.secrets: set[str] = set()
        self.graph = self.up()

    def up(self) -> Graph:
        graph = realise.up(self.machine, overrides=self.changes)
        self.secrets |= {secret for secret in graph.secrets() if len(secret) >= 12}
        return graph

    def pids(self) -> dict[str, int]:
        return {process.name: process.pid for process in self.machine.supervisor.status()}

    def change(self, section: str, values: Mapping[str, Any]) -> set[str]:
        """Bring the stack up with another value; returns the processes that restarted."""
        before = self.pids()
        self.changes[section] = {**self.changes.get(section, {}), **values}
        self.graph = self.up()
        after = self.pids()
        assert set(after) == set(before)
        return {name for name, pid in after.items() if pid != before[name]}


def database_parameters(stack: Stack, secret: str = DATABASE_SECRET, **given: object) -> dict[str, Any]:
    """As whoever reads this Secret would connect: Airflow's role, or the master user."""
    url = plain(stack.graph.named(f"secrets-{secret}").inputs["stringData"])["connection"]
    return {
        **conninfo_to_dict(url),
        "sslrootcert": str(stack.machine.substitutions.ca_bundle),
        "connect_timeout": 10,
        **given,
    }


def broker(stack: Stack, **given: Any) -> redis.Redis:
    group = stack.graph.only(CACHE)
    where = {
        "host": "127.0.0.1",
        "port": int(group.outputs["port"]),
        "password": plain(group.inputs["authToken"]),
        "ssl": True,
        "ssl_ca_certs": str(stack.machine.substitutions.ca_bundle),
        "socket_timeout": 5,
    }
    return redis.Redis(**{**where, **given})
