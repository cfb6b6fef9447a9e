"""The chart's values for each of Airflow's components, put together from the settings and the shared
parts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pulumi import Input

from components import executors, pod_layout
from components.chart_resources import (
    SIDECAR_RESOURCES,
    Values,
    account,
    component,
    resources,
    smoke_mounts,
    toleration,
)
from components.dag_bundles import dag_bundles

if TYPE_CHECKING:
    from stacks.airflow_sections import AirflowSettings

_GROOMER: Values = {"logGroomerSidecar": {"resources": SIDECAR_RESOURCES}}


@dataclass(frozen=True, kw_only=True)
class ChartInputs:
    """What the values need beside the settings."""

    stack: str
    """First part of the SSM paths that Airflow's secrets backend reads."""
    region: str
    log_folder: Input[str]
    """`s3://bucket/prefix`."""
    role_arns: Mapping[str, Input[str]]
    """Role per component (naming.COMPONENTS); a component without one gets no rights in the cloud."""
    hashes: Mapping[str, Input[str]]
    """Content hash per component of the secrets it consumes."""
    smoke_config_map: Input[str]
    smoke_files: Sequence[str]
    dag_files: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Files of each DAG source that is a ConfigMap."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """On every object of the chart."""


def component_values(airflow: "AirflowSettings", inputs: ChartInputs) -> Values:
    """Scheduler, API server, DAG processor, triggerer, and what runs the tasks."""
    parts = airflow.components
    roles, hashes = inputs.role_arns, inputs.hashes
    starts_pods = executors.starts_pods(airflow.executor)
    return {
        "scheduler": _scheduler(airflow, inputs),
        "apiServer": {
            **component(parts.api_server, roles.get("api-server"), hashes.get("api-server")),
            "allowPodLogReading": starts_pods,
            # Reads the logs of running task pods.
            "serviceAccount": account(roles.get("api-server"), talks_to_kubernetes=starts_pods),
        },
        "dagProcessor": {
            **component(parts.dag_processor, roles.get("dag-processor"), hashes.get("dag-processor")),
            **_GROOMER,
            **_smoke(inputs),
            "enabled": True,
            "dagBundleConfigList": dag_bundles(airflow),
        },
        "triggerer": {
            **component(parts.triggerer, roles.get("triggerer"), hashes.get("triggerer")),
            **_GROOMER,
            # With a volume the pod would be stuck to its zone and node; the logs are in S3.
            "persistence": {"enabled": False},
            # It watches the pods that deferred tasks have started.
            "serviceAccount": account(
                roles.get("triggerer"), talks_to_kubernetes=airflow.tasks_may_start_pods
            ),
        },
        "workers": {
            "celery": _celery_workers(airflow, inputs),
            **({"kubernetes": _task_pods(airflow, inputs)} if starts_pods else {}),
        },
    }


def _smoke(inputs: ChartInputs) -> Values:
    return smoke_mounts(inputs.smoke_config_map, inputs.smoke_files)


def _scheduler(airflow: "AirflowSettings", inputs: ChartInputs) -> Values:
    role_arn, settings = inputs.role_arns.get("scheduler"), airflow.components.scheduler
    runs_tasks = executors.runs_in_scheduler(airflow.executor)
    talks = executors.starts_pods(airflow.executor) or (runs_tasks and airflow.tasks_may_start_pods)
    values = {
        **component(settings, role_arn, inputs.hashes.get("scheduler")),
        **_GROOMER,
        "serviceAccount": account(role_arn, talks_to_kubernetes=talks),
    }
    if not runs_tasks:
        return values
    # It then needs the DAG files that tasks are run from, and time to let them finish.
    grace = {"terminationGracePeriodSeconds": airflow.components.workers.termination_grace_seconds}
    return {**values, **_smoke(inputs), **grace}


def _celery_workers(airflow: "AirflowSettings", inputs: ChartInputs) -> Values:
    # The chart asks this also of a scheduler that runs tasks, and would give it a volume.
    without_volume: Values = {"persistence": {"enabled": False}}
    if not executors.uses_celery(airflow.executor):
        return without_volume
    settings, role_arn = airflow.components.workers, inputs.role_arns.get("worker")
    return {
        **component(settings, role_arn, inputs.hashes.get("worker")),
        **_smoke(inputs),
        **without_volume,
        "serviceAccount": account(role_arn, talks_to_kubernetes=airflow.tasks_may_start_pods),
        "terminationGracePeriodSeconds": settings.termination_grace_seconds,
    }


def _task_pods(airflow: "AirflowSettings", inputs: ChartInputs) -> Values:
    """The template of KubernetesExecutor's pods; a task's `pod_override` is laid over it.

    No restart hash: a task pod reads the Secrets as they are when it starts, and the hash would stand in
    the ConfigMap that all components share, and restart them all.
    """
    settings, role_arn = airflow.task_pods, inputs.role_arns.get(pod_layout.TASK_POD)
    return {
        "resources": resources(settings),
        "nodeSelector": dict(settings.node_selector),
        "tolerations": [toleration(taint) for taint in settings.tolerations],
        # Given here too: else the chart merges the global labels into a deprecated key and complains of it.
        "labels": dict(inputs.labels),
        "terminationGracePeriodSeconds": airflow.components.workers.termination_grace_seconds,
        "serviceAccount": account(role_arn, talks_to_kubernetes=airflow.tasks_may_start_pods),
        **_smoke(inputs),
    }
