"""How many pods the namespace may hold at once: a bound against runaway pods, never against a rollout."""

from typing import TYPE_CHECKING

from components import executors

if TYPE_CHECKING:
    from stacks.airflow_sections import AirflowSettings

ROLLOUT_FACTOR = 2
"""A rollout may run every new pod beside every old one."""
FINISHING_FACTOR = 3
"""Pods that let their tasks finish may still be there when the next rollout begins: old, current and new."""
ANCILLARY_PODS = 10
"""StatsD, Jobs with their retries, pods that people start by hand."""


def pod_limit(airflow: "AirflowSettings") -> int:
    """Every replica as often as rollouts may double it, a pod for each task that may have one, and spare."""
    finishing = executors.finishing(airflow.executor)
    replicas = sum(
        getattr(airflow.components, name).replicas
        * (FINISHING_FACTOR if name in finishing else ROLLOUT_FACTOR)
        for name in executors.deployments(airflow.executor)
    )
    has_task_pods = executors.starts_pods(airflow.executor) or airflow.tasks_may_start_pods
    tasks = airflow.parallelism * airflow.components.scheduler.replicas
    return replicas + (tasks if has_task_pods else 0) + ANCILLARY_PODS
