"""docs/SIZING.md: from load to sizes, connections and cost, and what the committed stacks cost.

Throughput is measured (one machine, two cores, Airflow 3.3.2 with Celery, trivial tasks); what is not is
named an assumption. Connections are the budget of components/capacity.py, which also guards the preview.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from components.capacity import MEMORY_GIB, Budget, Demand, Pool, budget
from review.prices import Cost, cache_cost, database_cost, log_cost, prices

CPU_SECONDS = {"worker": 0.12, "api_server": 0.05, "scheduler": 0.04, "database": 0.02}
"""Per task, measured with trivial tasks, one DAG per file. The scheduler's is that with a short idle
sleep, as the program sets it; Airflow's default halves it, and makes a chain of tasks four times as slow."""
PARSE_CPU_SECONDS = 0.2
"""Per DAG file: what a task more took that had to parse a file of ten DAGs, measured."""
WAIT_SECONDS = 2
"""From queued to started: measured 1.4-1.7 s in the middle, 2.8 s for one of twenty."""
BUSY = 0.7
"""Share of slots and cores that the peak may take: runs of the same load differed by 30 %."""
CONCURRENCY = 8
"""Tasks at once per worker pod: 16 children took 3.1 GB, so 8 fit into the 4 GiB of the stacks' workers."""
CORES = {"api_server": 1.0, "scheduler": 2.0, "dag_processor": 1.0}
"""CPU limits of the production stack."""
USERS_PER_API_SERVER = 50
"""People at work in the UI at once per api-server pod. An assumption: nobody measured it."""
BURSTABLE_CORES = {"micro": 0.2, "small": 0.4, "medium": 0.4, "large": 0.6}
"""What a t4g class may use all day without spending credits; AWS: 10, 20, 20 and 30 % of two cores."""
CACHE_GIB = {
    "cache.t4g.small": 1.37,
    "cache.t4g.medium": 3.09,
    "cache.m7g.large": 6.38,
}
MESSAGE_BYTES = 4_096
"""One queued task in the broker. An assumption, on the high side."""
MEAN_SHARE = 1 / 3
"""Mean load over the month in parts of the peak. An assumption; it only enters the cost of logs."""
RETENTION_DAYS = 90
CLASSES = (
    "db.t4g.micro",
    "db.t4g.small",
    "db.t4g.medium",
    "db.t4g.large",
    "db.m7g.large",
    "db.m7g.xlarge",
    "db.m7g.2xlarge",
)


@dataclass(frozen=True, kw_only=True)
class Load:
    """What is asked of a deployment."""

    tasks_per_minute: int
    """At the peak."""
    task_seconds: int
    """How long a task runs, on average."""
    dags: int
    users: int
    """In the UI at the same time."""


@dataclass(frozen=True, kw_only=True)
class Size:
    """What carries a load."""

    load: Load
    replicas: dict[str, int]
    instance_class: str
    storage_gib: int
    node_type: str
    budget: Budget
    parse_seconds: int
    """How long the DAG processor takes for all files once, that is until a change is seen."""

    @property
    def cost(self) -> Cost:
        """With a standby database and two cache nodes."""
        known = prices()
        return Cost(
            database=database_cost(self.instance_class, self.storage_gib, multi_az=True),
            cache=cache_cost(self.node_type, 2),
            rest=known["kms_key_per_month"] + 10 * known["alarm_per_month"],
            logs=log_cost(self.load.tasks_per_minute * MEAN_SHARE, RETENTION_DAYS),
        )


LOADS = (
    Load(tasks_per_minute=20, task_seconds=60, dags=50, users=10),
    Load(tasks_per_minute=100, task_seconds=60, dags=200, users=30),
    Load(tasks_per_minute=300, task_seconds=60, dags=500, users=100),
    Load(tasks_per_minute=1_000, task_seconds=30, dags=1_000, users=200),
)
POOL = Pool()


def size(load: Load) -> Size:
    """The smallest size that carries the load with two of everything."""
    replicas = {
        "scheduler": _pods(_cores("scheduler", load), CORES["scheduler"]),
        "api_server": max(
            _pods(_cores("api_server", load), CORES["api_server"]), ceil(load.users / USERS_PER_API_SERVER)
        ),
        "dag_processor": 2,
        "triggerer": 2,
        "workers": max(2, ceil(slots(load) / CONCURRENCY)),
    }
    demand = Demand(replicas=replicas, worker_concurrency=CONCURRENCY, pool=POOL)
    chosen = next(name for name in CLASSES if _carries(name, load) and budget(name, demand).fits)
    return Size(
        load=load,
        replicas=replicas,
        instance_class=chosen,
        storage_gib=50 if load.tasks_per_minute <= 100 else 100,
        node_type=_node(load),
        budget=budget(chosen, demand),
        parse_seconds=max(30, ceil(load.dags * PARSE_CPU_SECONDS / CORES["dag_processor"])),
    )


def slots(load: Load) -> int:
    """Tasks that run or wait for their end at the same time, with the head room of BUSY."""
    return ceil(load.tasks_per_minute / 60 * (load.task_seconds + WAIT_SECONDS) / BUSY)


def _cores(process: str, load: Load) -> float:
    return load.tasks_per_minute / 60 * CPU_SECONDS[process]


def _pods(cores: float, limit: float) -> int:
    return max(2, ceil(cores / (limit * BUSY)))


def _carries(instance_class: str, load: Load) -> bool:
    """Whether the class has the sustained CPU for the load."""
    family, name = instance_class.removeprefix("db.").split(".")
    cores = BURSTABLE_CORES[name] if family.startswith("t") else MEMORY_GIB[instance_class] / 4
    return _cores("database", load) <= cores * BUSY


def _node(load: Load) -> str:
    """The smallest node of which half holds one hour's tasks, should no worker take them."""
    backlog = load.tasks_per_minute * 60 * MESSAGE_BYTES / 2**30
    return next(name for name, gib in CACHE_GIB.items() if backlog <= gib / 2)
