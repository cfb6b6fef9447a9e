"""Rules about Airflow: executor, versions, times, sizes, connection budget."""

from collections.abc import Iterator

from components import executors
from components.capacity import Demand, Pool, budget
from stacks.airflow_sections import AirflowSettings
from stacks.aws_sections import CacheSettings, DatabaseSettings
from stacks.pod_sections import Resources
from stacks.quantities import memory_bytes, millicores
from stacks.registry import rule
from stacks.section import Problem

SUPPORTED_AIRFLOW = "3.3."
"""Minor release that the chart values are written for and proved with."""
CHILD_MIB = 200
"""Memory of one Celery child with a trivial task; measured: 16 children held 3.1 GB."""


@rule("airflow", "cache")
def celery_has_a_broker(airflow: AirflowSettings, cache: CacheSettings | None) -> Iterator[Problem]:
    """Celery's queue lives in the cache."""
    if airflow.executor_uses_celery and cache is None:
        yield Problem(
            path="airflow.executor",
            rule="Celery needs a broker: add the section cache",
            value=airflow.executor,
        )


@rule("airflow")
def airflow_is_supported(airflow: AirflowSettings) -> Iterator[Problem]:
    """Other releases have other settings, and silently ignore the ones they do not know."""
    if not airflow.version.startswith(SUPPORTED_AIRFLOW):
        yield Problem(
            path="airflow.version",
            rule=f"should be {SUPPORTED_AIRFLOW}x, which is supported",
            value=airflow.version,
        )


@rule("airflow")
def image_holds_the_version(airflow: AirflowSettings) -> Iterator[Problem]:
    """The chart renders for `version`; with another Airflow in the image commands and probes do not fit."""
    tag = airflow.image.tag
    if tag != airflow.version and not tag.startswith((f"{airflow.version}-", f"{airflow.version}_")):
        yield Problem(
            path="airflow.image.tag",
            rule=f"should be {airflow.version} or {airflow.version}-<build>",
            value=tag,
        )


@rule("airflow")
def workers_outlive_their_tasks(airflow: AirflowSettings) -> Iterator[Problem]:
    """A pod that is killed before its task ends loses the task at every rollout and node drain.

    Celery workers, task pods and a scheduler that runs tasks itself all have this grace.
    """
    grace = airflow.components.workers.termination_grace_seconds
    if grace < airflow.longest_task_seconds:
        yield Problem(
            path="airflow.components.workers.termination_grace_seconds",
            rule=f"should be at least longest_task_seconds ({airflow.longest_task_seconds})",
            value=grace,
        )


@rule("airflow")
def broker_waits_for_tasks(airflow: AirflowSettings) -> Iterator[Problem]:
    """The broker gives an unfinished task to a second worker after its timeout, while the first runs it."""
    times = {
        "longest_task_seconds": airflow.longest_task_seconds,
        "the workers' termination_grace_seconds": airflow.components.workers.termination_grace_seconds,
    }
    for name, seconds in times.items():
        if airflow.executor_uses_celery and airflow.visibility_timeout_seconds <= seconds:
            yield Problem(
                path="airflow.visibility_timeout_seconds",
                rule=f"should be above {name} ({seconds}), or tasks run twice",
                value=airflow.visibility_timeout_seconds,
            )


@rule("airflow")
def limits_cover_requests(airflow: AirflowSettings) -> Iterator[Problem]:
    """Kubernetes refuses a pod whose limit is below its request."""
    for path, resources in _resources(airflow).items():
        requests, limits = resources.requests, resources.limits
        if millicores(limits.cpu) < millicores(requests.cpu):
            yield Problem(
                path=f"{path}.limits.cpu",
                rule=f"should be at least the request ({requests.cpu})",
                value=limits.cpu,
            )
        if memory_bytes(limits.memory) < memory_bytes(requests.memory):
            yield Problem(
                path=f"{path}.limits.memory",
                rule=f"should be at least the request ({requests.memory})",
                value=limits.memory,
            )


@rule("airflow")
def workers_have_memory_for_their_children(airflow: AirflowSettings) -> Iterator[Problem]:
    """Too many children end in the kernel killing one of them, and its task with it."""
    workers = airflow.components.workers
    needed = workers.concurrency * CHILD_MIB
    if airflow.executor_uses_celery and memory_bytes(workers.limits.memory) < needed * 2**20:
        yield Problem(
            path="airflow.components.workers.limits.memory",
            rule=f"should be at least {needed}Mi: {workers.concurrency} children of {CHILD_MIB}Mi",
            value=workers.limits.memory,
        )


@rule("airflow")
def scheduler_has_memory_for_its_tasks(airflow: AirflowSettings) -> Iterator[Problem]:
    """With LocalExecutor the tasks are the scheduler's children; the kernel would kill one, or itself."""
    scheduler, needed = airflow.components.scheduler, airflow.parallelism * CHILD_MIB
    local = executors.runs_in_scheduler(airflow.executor)
    if local and memory_bytes(scheduler.limits.memory) < needed * 2**20:
        yield Problem(
            path="airflow.components.scheduler.limits.memory",
            rule=f"should be at least {needed}Mi: parallelism {airflow.parallelism} x {CHILD_MIB}Mi per task",
            value=scheduler.limits.memory,
        )


@rule("airflow")
def dag_share_fits(airflow: AirflowSettings) -> Iterator[Problem]:
    """A share above the whole promises what a scheduler never gives."""
    if airflow.max_active_tasks_per_dag > airflow.parallelism:
        yield Problem(
            path="airflow.max_active_tasks_per_dag",
            rule=f"should be at most parallelism ({airflow.parallelism})",
            value=airflow.max_active_tasks_per_dag,
        )


@rule("airflow", "database")
def connections_fit(airflow: AirflowSettings, database: DatabaseSettings) -> Iterator[Problem]:
    """Over the limit PostgreSQL refuses connections, in the worst moment: while a rollout runs."""
    components, names = airflow.components, executors.deployments(airflow.executor)
    pool = Pool(size=airflow.connection_pool.size, max_overflow=airflow.connection_pool.max_overflow)
    demand = Demand(
        replicas={name: getattr(components, name).replicas for name in names},
        finishing=executors.finishing(airflow.executor),
        worker_concurrency=components.workers.concurrency,
        pool=pool,
    )
    result = budget(database.instance_class, demand)
    if not result.fits:
        yield Problem(
            path="database.instance_class",
            rule=f"too few connections: {result.explain()}",
            value=database.instance_class,
        )


def _resources(airflow: AirflowSettings) -> dict[str, Resources]:
    components = {
        f"airflow.components.{name}": getattr(airflow.components, name)
        for name in type(airflow.components).model_fields
    }
    return {**components, "airflow.task_pods": airflow.task_pods}
