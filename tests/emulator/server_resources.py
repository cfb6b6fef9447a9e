"""Recorded resources as the program registers them, for tests of single back ends."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from emulator.machine import Machine
from offline.graph import Resource, Secret

RDS_PARAMETERS = {
    "rds.force_ssl": "1",
    "log_min_duration_statement": "1000",
    "idle_in_transaction_session_timeout": "600000",
    "shared_preload_libraries": "pg_stat_statements",
    "work_mem": "{DBInstanceClassMemory/32768}",
}


def resource(type_: str, name: str, /, **inputs: Any) -> Resource:
    """A resource with the URN that the engine would give it at the top level."""
    return Resource(urn=f"urn:pulumi:test::airflow::{type_}::{name}", type=type_, name=name, inputs=inputs)


def parameter_group(machine: Machine, type_: str, parameters: dict[str, str]) -> str:
    """Puts a parameter group on record and returns its physical name."""
    listed = [{"name": name, "value": value} for name, value in parameters.items()]
    group = resource(type_, "parameters", name="parameters", family="any", parameters=listed)
    machine.journal.end(replace(group, outputs=machine.computed(group)))
    return "parameters"


def instance(password: str, group: str = "", **changes: Any) -> Resource:
    """An RDS instance."""
    inputs = {
        "port": 5433,
        "username": "airflow_admin",
        "password": Secret(password),
        "dbName": "airflow",
        "engineVersion": "17",
        "parameterGroupName": group,
    }
    return resource("aws:rds/instance:Instance", "database", **{**inputs, **changes})


def replication_group(token: str, group: str = "", strategy: str = "ROTATE") -> Resource:
    """An ElastiCache replication group."""
    inputs = {"port": 6379, "engine": "valkey", "authToken": Secret(token), "parameterGroupName": group}
    inputs["authTokenUpdateStrategy"] = strategy
    return resource("aws:elasticache/replicationGroup:ReplicationGroup", "cache", **inputs)
