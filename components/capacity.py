"""The connection budget: everything that opens a database connection, against what the instance class has.

Worst case by design: every pool filled to its overflow, while a rollout runs old and new pods side by side,
and those of the rollout before still finish their tasks.
Task processes, DAG parsing processes and task pods are not in it: since Airflow 3 they have no database
access, they ask the API server or the process that started them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

SQL_ALCHEMY_POOL_SIZE = 5
"""Connections that one Airflow process keeps; SQLAlchemy's and Airflow's default."""
SQL_ALCHEMY_MAX_OVERFLOW = 10
"""Connections that it may open beyond that for a moment; Airflow's default. A stack file can lower both."""
API_SERVER_WORKERS = 1
"""Processes per API server pod: Airflow's default; it advises more pods rather than more processes."""
ENGINES = {"scheduler": 1, "api_server": 2, "dag_processor": 1, "triggerer": 1}
"""Pools per process. The API server answers some routes through a second, asynchronous engine."""
SURGE = {"scheduler": 0.25, "api_server": 0.25, "dag_processor": 1.0, "triggerer": 1.0, "workers": 1.0}
"""New pods beside old ones in a rollout: Kubernetes' default, and 100 % where the chart says so."""
PROBED = ("scheduler", "dag_processor", "triggerer")
"""Their probes start a program that asks the database for the newest heartbeat."""
JOBS = 2
"""The migration Job's lock and its work. Its init container has ended before, the admin Job comes after."""
PEOPLE = 3
"""psql, a dashboard, an exporter."""
RESERVED = 5
"""superuser_reserved_connections (3) and RDS's own (2): no one of ours gets these."""
SAFE_SHARE = 0.9
"""Above this share of the rest a preview stops."""

MAX_CONNECTIONS = {1: 80, 2: 198, 4: 413, 8: 856, 16: 1_700, 32: 3_400, 64: 5_000, 128: 5_000, 256: 5_000}
"""max_connections by GiB of memory, where RDS's default stands: LEAST(DBInstanceClassMemory / 9531392, 5000).

DBInstanceClassMemory is what the operating system and RDS leave over. 2, 4 and 8 GiB are measured values;
1, 16 and 32 GiB are the formula less the same overhead, rounded down; from 64 GiB the limit of 5000 holds.
"""

_SIZES = {
    "micro": 1,
    "small": 2,
    "medium": 4,
    "large": 8,
    "xlarge": 16,
    "2xlarge": 32,
    "4xlarge": 64,
    "8xlarge": 128,
}
_FAMILIES = {
    "t3": ("micro", "small", "medium", "large", "xlarge", "2xlarge"),
    "t4g": ("micro", "small", "medium", "large", "xlarge", "2xlarge"),
    "m6g": ("large", "xlarge", "2xlarge", "4xlarge", "8xlarge"),
    "m7g": ("large", "xlarge", "2xlarge", "4xlarge", "8xlarge"),
    "m8g": ("large", "xlarge", "2xlarge", "4xlarge", "8xlarge"),
    "r6g": ("large", "xlarge", "2xlarge", "4xlarge", "8xlarge"),
    "r7g": ("large", "xlarge", "2xlarge", "4xlarge", "8xlarge"),
    "r8g": ("large", "xlarge", "2xlarge", "4xlarge", "8xlarge"),
}
_MEMORY_FACTOR = {"r": 2}
"""Memory-optimised families have twice the memory of the same size elsewhere."""

MEMORY_GIB = {
    f"db.{family}.{size}": _SIZES[size] * _MEMORY_FACTOR.get(family[0], 1)
    for family, sizes in _FAMILIES.items()
    for size in sizes
}
"""The RDS instance classes whose limits are known here, with their memory."""


@dataclass(frozen=True, kw_only=True)
class Pool:
    """One engine's pool of connections in one process."""

    size: int = SQL_ALCHEMY_POOL_SIZE
    max_overflow: int = SQL_ALCHEMY_MAX_OVERFLOW

    @property
    def most(self) -> int:
        """What it may hold for a moment."""
        return self.size + self.max_overflow


@dataclass(frozen=True, kw_only=True)
class Demand:
    """What a stack runs, as far as connections depend on it."""

    replicas: dict[str, int]
    """Pods of scheduler, api_server, dag_processor, triggerer and, with Celery, workers."""
    finishing: Sequence[str] = ()
    """Of these, whose old pods live on after a rollout until their tasks have ended: while that lasts, the
    next rollout may begin."""
    worker_concurrency: int = 0
    """Tasks at once per Celery worker."""
    pool: Pool = Pool()


@dataclass(frozen=True, kw_only=True)
class Line:
    """One row of the sum: `count` times `each` connections."""

    what: str
    count: int
    each: int

    @property
    def total(self) -> int:
        """Connections of this row."""
        return self.count * self.each


@dataclass(frozen=True, kw_only=True)
class Budget:
    """What may be needed at once, and what there is."""

    instance_class: str
    lines: tuple[Line, ...]
    available: int
    """90 % of what the class has beyond the reserved connections."""

    @property
    def total(self) -> int:
        """The sum of all lines."""
        return sum(line.total for line in self.lines)

    @property
    def fits(self) -> bool:
        """Whether the instance class is large enough."""
        return self.total <= self.available

    def explain(self) -> str:
        """The sum written out, on one line."""
        terms = " + ".join(f"{line.count} x {line.each} {line.what}" for line in self.lines)
        sign = "<=" if self.fits else ">"
        limit = f"{SAFE_SHARE:.0%} of ({max_connections(self.instance_class)} - {RESERVED} reserved)"
        return f"{terms} = {self.total} {sign} {self.available} = {limit} of {self.instance_class}"


def max_connections(instance_class: str) -> int:
    """What PostgreSQL on this instance class accepts. Raises KeyError for a class not in the table."""
    return MAX_CONNECTIONS[MEMORY_GIB[instance_class]]


def surge(component: str, replicas: int) -> int:
    """New pods that run beside `replicas` old ones during a rollout (Kubernetes rounds a share up)."""
    return ceil(replicas * SURGE[component])


def budget(instance_class: str, demand: Demand) -> Budget:
    """The budget of a stack on an instance class."""
    lines: list[Line] = []
    for component, replicas in demand.replicas.items():
        pods = {component: replicas, f"{component} in a rollout": surge(component, replicas)}
        if component in demand.finishing:
            pods[f"{component} finishing tasks"] = replicas
        each = _per_pod(component, demand)
        lines += [Line(what=what, count=count, each=each) for what, count in pods.items()]
    lines.append(Line(what="Jobs", count=1, each=JOBS))
    lines.append(Line(what="people and exporters", count=1, each=PEOPLE))
    available = int((max_connections(instance_class) - RESERVED) * SAFE_SHARE)
    return Budget(instance_class=instance_class, lines=tuple(lines), available=available)


def _per_pod(component: str, demand: Demand) -> int:
    if component == "workers":
        # Each child keeps one connection to store results (Celery's result backend), the parent one more.
        return demand.worker_concurrency + 1
    processes = API_SERVER_WORKERS if component == "api_server" else 1
    connections = processes * ENGINES[component] * demand.pool.most
    if component == "scheduler" and "workers" in demand.replicas:
        connections += 1  # it reads the states of Celery tasks over a connection of its own
    return connections + (1 if component in PROBED else 0)
