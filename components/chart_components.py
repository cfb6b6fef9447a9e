"""The chart's values for each of Airflow's components, put together from the settings and the shared
parts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pulumi import Input

from components import pod_layout
from components.chart_resources import SIDECAR_RESOURCES, Values, account, component, resources, smoke_mounts
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
    labels: Mapping[str, str] = field(default_factory=dict)
    """On every object of the chart."""


def component_values(airflow: "AirflowSettings", inputs: ChartInputs) -> Values:
    """Scheduler, API server, DAG processor, triggerer, Celery workers and task pods."""
    parts = airflow.components
    smoke = smoke_mounts(inputs.smoke_config_map, inputs.smoke_files)
    roles, hashes = inputs.role_arns, inputs.hashes
    return {
        "scheduler": _scheduler(airflow, inputs),
        "apiServer": {
            **component(parts.api_server, roles.get("api-server"), hashes.get("api-server")),
            "allowPodLogReading": starts_pods(airflow),
            # Reads the logs of running task pods.
            "serviceAccount": account(roles.get("api-server"), talks_to_kubernetes=starts_pods(airflow)),
        },
        "dagProcessor": {
            **component(parts.dag_processor, roles.get("dag-processor"), hashes.get("dag-processor")),
            **_GROOMER,
            **smoke,
            "enabled": True,
            "dagBundleConfigList": dag_bundles(airflow),
        },
        "triggerer": {
            **component(parts.triggerer, roles.get("triggerer"), hashes.get("triggerer")),
            **_GROOMER,
            # With a volume the pod would be stuck to its zone and node; the logs are in S3.
            "persistence": {"enabled": False},
        },
        "workers": {
            "celery": {
                **component(parts.workers, roles.get("worker"), hashes.get("worker")),
                **smoke,
                "persistence": {"enabled": False},
                "terminationGracePeriodSeconds": parts.workers.termination_grace_seconds,
            },
            "kubernetes": {**_task_pods(airflow, inputs), **smoke},
        },
    }


def starts_pods(airflow: "AirflowSettings") -> bool:
    """Whether an executor starts a pod per task, and so may talk to Kubernetes."""
    return "KubernetesExecutor" in airflow.executor.split(",")


def _scheduler(airflow: "AirflowSettings", inputs: ChartInputs) -> Values:
    role_arn = inputs.role_arns.get("scheduler")
    values = {
        **component(airflow.components.scheduler, role_arn, inputs.hashes.get("scheduler")),
        **_GROOMER,
        "serviceAccount": account(role_arn, talks_to_kubernetes=starts_pods(airflow)),
    }
    if airflow.executor != "LocalExecutor":
        return values
    # LocalExecutor runs the tasks inside the scheduler, which then needs DAG files and time to finish.
    grace = {"terminationGracePeriodSeconds": airflow.components.workers.termination_grace_seconds}
    return {**values, **smoke_mounts(inputs.smoke_config_map, inputs.smoke_files), **grace}


def _task_pods(airflow: "AirflowSettings", inputs: ChartInputs) -> Values:
    """No restart hash: a task pod reads the Secrets as they are when it starts, and the hash would stand in
    the ConfigMap that all components share, and restart them all.
    """
    role_arn = inputs.role_arns.get(pod_layout.TASK_POD)
    # Without a role of their own they run under the workers' account.
    own_account = {} if role_arn is None else {"serviceAccount": account(role_arn)}
    return {
        "resources": resources(airflow.task_pods),
        # Given here too: else the chart merges the global labels into a deprecated key and complains of it.
        "labels": dict(inputs.labels),
        "terminationGracePeriodSeconds": airflow.components.workers.termination_grace_seconds,
        **own_account,
    }
