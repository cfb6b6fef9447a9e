"""What the choice of an executor means: what is deployed, and where task code runs. Pure.

`executor` is Airflow's own text: one name, or several with commas between them, the first being the default.
"""

from collections.abc import Sequence
from typing import Final

_ALWAYS: Final = ("scheduler", "api_server", "dag_processor", "triggerer")


def uses_celery(executor: str) -> bool:
    """Whether tasks run on Celery workers, which need a broker."""
    return "CeleryExecutor" in executor.split(",")


def starts_pods(executor: str) -> bool:
    """Whether the scheduler starts a pod per task, and so talks to Kubernetes."""
    return "KubernetesExecutor" in executor.split(",")


def runs_in_scheduler(executor: str) -> bool:
    """Whether tasks are processes of the scheduler's pod."""
    return "LocalExecutor" in executor.split(",")


def deployments(executor: str) -> Sequence[str]:
    """Airflow's deployments, as the settings name them."""
    return (*_ALWAYS, "workers") if uses_celery(executor) else _ALWAYS


def finishing(executor: str) -> Sequence[str]:
    """Of these, whose old pods live on after a rollout until their tasks have ended: up to an hour and more,
    long enough for the next rollout to begin."""
    workers = ("workers",) if uses_celery(executor) else ()
    return (*workers, "scheduler") if runs_in_scheduler(executor) else workers


def accounts(executor: str) -> Sequence[str]:
    """Components that have a service account and a role of their own."""
    workers = ("worker",) if uses_celery(executor) else ()
    task_pods = ("worker-kubernetes",) if starts_pods(executor) else ()
    return ("scheduler", "api-server", "dag-processor", "triggerer", *workers, *task_pods)


def task_runners(executor: str) -> frozenset[str]:
    """Of these, who runs task code, and so reads DAG files and writes task logs."""
    scheduler = {"scheduler"} if runs_in_scheduler(executor) else set[str]()
    return frozenset(scheduler | ({"worker", "worker-kubernetes"} & set(accounts(executor))))
