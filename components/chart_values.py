"""The values for Airflow's chart 1.22.0: one pure function of the settings and of what the other components
made.

No secret is among them: Helm keeps the values in its release history in the cluster, so the chart only gets
the names of Secrets. Values are plain except role ARNs, the log folder and the restart hashes, which may be
Outputs.
"""

from typing import TYPE_CHECKING

from components import executors, naming, pod_layout
from components.chart_components import ChartInputs, component_values
from components.chart_config import airflow_config
from components.chart_dags import dags, with_dag_sources
from components.chart_resources import (
    SIDECAR_RESOURCES,
    Values,
    account,
    both_securities,
    certificate_mounts,
    certificate_volumes,
    environment,
)
from components.local_settings import local_settings
from components.pod_layout import container_security, pod_security

if TYPE_CHECKING:
    from stacks.airflow_sections import AirflowSettings

__all__ = ["ChartInputs", "chart_values"]

_NOBODY = 65534


def chart_values(airflow: "AirflowSettings", inputs: ChartInputs) -> Values:
    """The whole set."""
    values: Values = {
        **_identity(airflow, inputs),
        **_secrets(),
        **_pods(airflow, inputs),
        **with_dag_sources(component_values(airflow, inputs), airflow, inputs.dag_files),
        "config": airflow_config(airflow, inputs.stack, inputs.log_folder),
        "airflowLocalSettings": local_settings(),
        "dags": dags(airflow),
        "statsd": _statsd(),
        # Made by Jobs of ours before the release: as hooks these would wait for pods that wait for them.
        "createUserJob": _job_off(),
        "migrateDatabaseJob": _job_off(),
        "postgresql": {"enabled": False},
        "redis": {"enabled": False},
        "flower": {"enabled": False},
    }
    return values


def _identity(airflow: "AirflowSettings", inputs: ChartInputs) -> Values:
    starts_pods = executors.starts_pods(airflow.executor)
    return {
        "useStandardNaming": True,
        "fullnameOverride": naming.RELEASE,
        "labels": dict(inputs.labels),
        # The plain version: with a suffix the chart's comparisons fail and drop whole components without a
        # word.
        "airflowVersion": airflow.version,
        "defaultAirflowRepository": airflow.image.repository,
        # Not defaultAirflowDigest: the template of task pods and KubernetesExecutor know a tag alone.
        "defaultAirflowTag": airflow.image.tag_and_digest,
        "executor": airflow.executor,
        "allowPodLaunching": starts_pods or airflow.tasks_may_start_pods,
        "webserver": {"allowPodLogReading": starts_pods},
    }


def _secrets() -> Values:
    return {
        "fernetKeySecretName": naming.ENCRYPTION_SECRET,
        "apiSecretKeySecretName": naming.API_SECRET,
        "jwtSecretName": naming.JWT_SECRET,
        "data": {
            "metadataSecretName": naming.DATABASE_SECRET,
            # Named for every executor: unnamed, the chart makes a random Secret even where nothing reads
            # it. The result backend stays unset, so that Celery derives it, TLS options included, from the
            # metadata URL.
            "brokerUrlSecretName": naming.BROKER_SECRET,
        },
        # This connection would hand the metadata database's credentials to every task.
        "enableBuiltInSecretEnvVars": {"AIRFLOW_CONN_AIRFLOW_DB": False},
        "secret": [
            {
                "envName": "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC",
                "secretName": naming.DATABASE_SECRET,
                "secretKey": pod_layout.ASYNC_URL_KEY,
            }
        ],
    }


def _pods(airflow: "AirflowSettings", inputs: ChartInputs) -> Values:
    defaults = {
        # Resolves remote_log_conn_id and every operator's default to the pod's own role.
        "AIRFLOW_CONN_AWS_DEFAULT": "aws://",
        "AWS_DEFAULT_REGION": inputs.region,
    }
    return {
        # Otherwise each Service adds AIRFLOW_... variables to every pod, which Airflow reads as
        # configuration.
        "enableServiceLinks": False,
        "env": environment({**defaults, **airflow.env}),
        "volumes": certificate_volumes(),
        "volumeMounts": certificate_mounts(),
        "securityContexts": {"pod": pod_security(), "containers": container_security()},
    }


def _statsd() -> Values:
    return {
        "enabled": True,
        "resources": SIDECAR_RESOURCES,
        "serviceAccount": account(None),
        "securityContexts": both_securities(_NOBODY),
    }


def _job_off() -> Values:
    return {
        "enabled": False,
        "useHelmHooks": False,
        "applyCustomEnv": False,
        "serviceAccount": {"create": False},
    }
