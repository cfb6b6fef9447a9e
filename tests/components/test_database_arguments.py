"""What the database's arguments refuse, and how they say so."""

from dataclasses import replace
from typing import Any

import pytest

from tests.components.samples import ENGINE, LIMITS, MONITORING, PLACEMENT, STORAGE, UPKEEP


@pytest.mark.parametrize(
    ("part", "field", "value", "message"),
    [
        (ENGINE, "engine_version", "latest", "engine_version: PostgreSQL's major version"),
        (ENGINE, "instance_class", "m7g.large", "instance_class: db.<family>.<size>"),
        (ENGINE, "master_username", "postgres", "master_username: neither well known nor reserved"),
        (ENGINE, "master_username", "administrator", "master_username: neither well known nor reserved"),
        (ENGINE, "master_username", "select", "master_username: neither well known nor reserved"),
        (ENGINE, "master_username", "pg_monitor", "master_username: neither well known nor reserved"),
        (ENGINE, "port", 80, "port: RDS allows 1150 to 65535"),
        (STORAGE, "storage_gib", 5, "storage_gib: RDS gp3 needs at least 20"),
        (STORAGE, "max_storage_gib", 100, "max_storage_gib: above storage_gib"),
        (UPKEEP, "backup_retention_days", 0, "backup_retention_days: RDS allows 1 to 35"),
        (LIMITS, "slow_statement_ms", 0, "slow_statement_ms: more than 0"),
        (LIMITS, "idle_in_transaction_timeout_ms", -1, "idle_in_transaction_timeout_ms: more than 0"),
        (MONITORING, "log_retention_days", 100, "log_retention_days: one of"),
        (MONITORING, "monitoring_interval_seconds", 45, "monitoring_interval_seconds: one of"),
        (MONITORING, "max_connections", 0, "max_connections: more than 0"),
        (PLACEMENT, "subnet_ids", ["subnet-a"], "subnet_ids: RDS and ElastiCache need at least 2"),
        (PLACEMENT, "client_security_group_ids", ["10.0.0.0/8"], "security group ids begin with sg-"),
    ],
)
def test_impossible_arguments_are_refused_by_name(part: Any, field: str, value: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message) as raised:
        replace(part, **{field: value})
    assert "got " in str(raised.value)
