"""Which measurements of the data stores wake somebody, with their thresholds. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

GIB = 1024**3
BYTES_PER_CONNECTION = 9_531_392
"""RDS sets PostgreSQL's max_connections to the instance's memory divided by this."""


@dataclass(frozen=True, kw_only=True)
class AlarmRule:
    """One CloudWatch alarm: the metric is compared in each of `periods` periods of `period_seconds`."""

    key: str
    """Ends the logical name."""
    metric: str
    statistic: Literal["Average", "Maximum", "Minimum", "Sum"]
    below: float | None = None
    above: float | None = None
    period_seconds: int = 300
    periods: int = 3
    description: str

    def __post_init__(self) -> None:
        if (self.below is None) == (self.above is None):
            raise ValueError(f"{self.key}: exactly one of below and above, got {self.below} and {self.above}")

    @property
    def comparison(self) -> str:
        return "GreaterThanThreshold" if self.below is None else "LessThanThreshold"

    @property
    def threshold(self) -> float:
        return self.above if self.below is None and self.above is not None else self.below or 0.0


def is_burstable(instance_class: str) -> bool:
    """db.t4g.micro, cache.t3.small, ...: classes that pay for CPU with credits."""
    return instance_class.split(".")[1].startswith("t")


def _credits(what: str) -> AlarmRule:
    # Both services run burstable classes in unlimited mode: an empty account costs money instead of speed.
    # A new instance starts empty, hence the low mark and the whole hour.
    return AlarmRule(
        key="cpu-credits",
        metric="CPUCreditBalance",
        statistic="Maximum",
        below=5,
        periods=12,
        description=f"{what} has been without CPU credits for an hour: surplus credits are billed. "
        "Find the load or choose a larger class.",
    )


def database_rules(*, instance_class: str, storage_gib: int, max_connections: int) -> list[AlarmRule]:
    """Storage, connections, memory, CPU. `max_connections` is what the instance class gives."""
    cpu = AlarmRule(
        key="cpu",
        metric="CPUUtilization",
        statistic="Average",
        above=80,
        description="The database has been busy for 15 minutes: tasks start late. See Performance Insights.",
    )
    return [
        AlarmRule(
            key="free-storage",
            metric="FreeStorageSpace",
            statistic="Minimum",
            # Autoscaling begins at 10 % free; half of that means it cannot follow or is at its limit.
            below=storage_gib * GIB * 0.05,
            description="The volume is nearly full and autoscaling has not helped: raise max_storage_gib.",
        ),
        AlarmRule(
            key="connections",
            metric="DatabaseConnections",
            statistic="Maximum",
            above=int(max_connections * 0.8),
            description=f"Over 80 % of {max_connections} connections are taken: new pods will be refused.",
        ),
        AlarmRule(
            key="memory",
            metric="FreeableMemory",
            statistic="Minimum",
            # The formula backwards: one number that describes the class instead of two that may disagree.
            below=int(max_connections * BYTES_PER_CONNECTION * 0.05),
            description="Less than 5 % of the memory is left: choose a larger class.",
        ),
        _credits("The database") if is_burstable(instance_class) else cpu,
    ]


def cache_rules(*, node_type: str) -> list[AlarmRule]:
    """Memory, evictions, CPU of one node."""
    rules = [
        AlarmRule(
            key="memory",
            metric="DatabaseMemoryUsagePercentage",
            statistic="Maximum",
            above=75,
            description="The broker's memory is 75 % full; full, it refuses new tasks. Are workers running?",
        ),
        AlarmRule(
            key="evictions",
            metric="Evictions",
            statistic="Sum",
            above=0,
            periods=1,
            description="The broker evicted keys: tasks are lost. Is maxmemory-policy still noeviction?",
        ),
        AlarmRule(
            key="engine-cpu",
            metric="EngineCPUUtilization",
            statistic="Average",
            above=80,
            description="The broker's command thread was busy for 15 minutes: choose a larger node type.",
        ),
    ]
    return [*rules, _credits("A broker node")] if is_burstable(node_type) else rules
