"""How many pods the namespace may hold at once: a bound against runaway pods, never against a rollout."""

from typing import TYPE_CHECKING

from components.chart_components import starts_pods

if TYPE_CHECKING:
    from stacks.airflow_sections import AirflowSettings

ROLLOUT_FACTOR = 2
"""A rollout may run every new pod beside every old one."""
ANCILLARY_PODS = 10
"""StatsD, Jobs with their retries, pods that people start by hand."""


def pod_limit(airflow: "AirflowSettings") -> int:
    """Every replica twice, each scheduler's task pods, and some spare."""
    parts = airflow.components
    replicas = (
        parts.scheduler.replicas
        + parts.api_server.replicas
        + parts.dag_processor.replicas
        + parts.triggerer.replicas
        + (parts.workers.replicas if airflow.executor_uses_celery else 0)
    )
    task_pods = airflow.parallelism * parts.scheduler.replicas if starts_pods(airflow) else 0
    return replicas * ROLLOUT_FACTOR + task_pods + ANCILLARY_PODS
