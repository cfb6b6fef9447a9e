"""What a stack costs a month, by its resources and the list prices of review/data/prices.yaml."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from offline import Graph, plain

PRICES = Path(__file__).parent / "data" / "prices.yaml"
DATABASE = "aws:rds/instance:Instance"
CACHE = "aws:elasticache/replicationGroup:ReplicationGroup"
KEY = "aws:kms/key:Key"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"

MINUTES_PER_MONTH = 730 * 60
LOG_BYTES_PER_TASK = 10_240
"""A task's log; the smoke DAG's are 2-4 KiB, tasks that tell what they do write more. An assumption."""
REQUESTS_PER_LOG = {"put": 1, "get": 1}
"""The worker looks whether the log is there, then writes it."""


@dataclass(frozen=True, kw_only=True)
class Cost:
    """USD a month, without cluster, nodes, NAT and traffic."""

    database: float
    cache: float
    rest: float
    """KMS key and alarms."""
    logs: float
    """Task logs in S3."""

    @property
    def total(self) -> float:
        """The sum."""
        return self.database + self.cache + self.rest + self.logs


@cache
def prices() -> dict[str, Any]:
    """The price data."""
    return yaml.safe_load(PRICES.read_text())


def database_cost(instance_class: str, storage_gib: int, *, multi_az: bool, iops: int = 0) -> float:
    """Instance and first gp3 storage; `iops` above what comes with it. LookupError for an unknown class."""
    known = prices()
    factor = known["rds_multi_az_factor"] if multi_az else 1
    hourly = _price("rds_per_hour", instance_class)
    paid_iops = max(0, iops - known["rds_gp3_free_iops"]) * known["rds_gp3_per_iops_month"]
    storage = storage_gib * known["rds_gp3_per_gib_month"] + paid_iops
    return factor * (hourly * known["hours_per_month"] + storage)


def cache_cost(node_type: str, nodes: int, *, engine: str = "valkey") -> float:
    """All nodes. Raises LookupError for a type without a price."""
    known = prices()
    factor = known["valkey_factor"] if engine == "valkey" else 1
    return nodes * factor * _price("cache_per_hour", node_type) * known["hours_per_month"]


def log_cost(tasks_per_minute: float, retention_days: int) -> float:
    """Task logs: requests of the month, and storage of all that is kept."""
    known = prices()
    tasks = tasks_per_minute * MINUTES_PER_MONTH
    requests = REQUESTS_PER_LOG["put"] * known["s3_per_put"] + REQUESTS_PER_LOG["get"] * known["s3_per_get"]
    kept_gib = tasks_per_minute * 1_440 * retention_days * LOG_BYTES_PER_TASK / 2**30
    return tasks * requests + kept_gib * known["s3_per_gib_month"]


def stack_cost(graph: Graph, tasks_per_minute: float, retention_days: int) -> Cost:
    """Of what a stack's program registers, at a mean rate of tasks."""
    known, instance = prices(), plain(graph.only(DATABASE).inputs)
    groups = [plain(group.inputs) for group in graph.of_type(CACHE)]
    keys, alarms = len(graph.of_type(KEY)), len(graph.of_type(ALARM))
    return Cost(
        database=database_cost(
            instance["instanceClass"], int(instance["allocatedStorage"]), multi_az=instance["multiAz"]
        ),
        cache=sum(cache_cost(g["nodeType"], int(g["numCacheClusters"]), engine=g["engine"]) for g in groups),
        rest=keys * known["kms_key_per_month"] + alarms * known["alarm_per_month"],
        logs=log_cost(tasks_per_minute, retention_days),
    )


def _price(table: str, name: str) -> float:
    if name not in prices()[table]:
        raise LookupError(f"{name}: no price known; add it to {table} in review/data/{PRICES.name}")
    return prices()[table][name]
