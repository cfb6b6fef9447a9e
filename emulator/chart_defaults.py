"""The part of chart 1.22.0's default values that shapes Airflow's own processes, as data.

Helm lays a release's values over the chart's: maps merge key by key, everything else is replaced, and null
takes a default away. The conformance test compares the outcome with the real chart.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from emulator.errors import EmulatorError

Values = dict[str, Any]


def _component(command: str, grace_seconds: int | None, **more: Any) -> Values:
    return {
        "enabled": True,
        "replicas": 1,
        "command": None,
        "args": ["bash", "-c", command],
        "terminationGracePeriodSeconds": grace_seconds,
        "waitForMigrations": {"enabled": True, "env": []},
        "extraInitContainers": [],
        "extraContainers": [],
        "extraVolumes": [],
        "extraVolumeMounts": [],
        "podAnnotations": {},
        "env": [],
        "resources": {},
        **more,
    }


DEFAULTS: Values = {
    "airflowHome": "/opt/airflow",
    "airflowVersion": "3.2.2",
    "defaultAirflowRepository": "apache/airflow",
    "defaultAirflowTag": "3.2.2",
    "executor": "CeleryExecutor",
    "useStandardNaming": False,
    "images": {"migrationsWaitTimeout": 60, "airflow": {}},
    "airflowPodAnnotations": {},
    "airflowLocalSettings": "",
    "data": {},
    "enableBuiltInSecretEnvVars": {},
    "env": [],
    "secret": [],
    "extraEnv": None,
    "extraEnvFrom": None,
    "volumes": [],
    "volumeMounts": [],
    "ports": {"apiServer": 8080},
    "logs": {"persistence": {"enabled": False}},
    "multiNamespaceMode": False,
    "dags": {
        "mountPath": None,
        "persistence": {"enabled": False},
        "gitSync": {"enabled": False, "subPath": "tests/dags"},
    },
    "statsd": {"enabled": True},
    "otelCollector": {"tracesEnabled": False, "metricsEnabled": False},
    "pgbouncer": {"enabled": False},
    "elasticsearch": {"enabled": False},
    "opensearch": {"enabled": False},
    "kerberos": {"enabled": False},
    "webserver": {},
    "scheduler": _component("exec airflow scheduler", 10),
    "apiServer": _component("exec airflow api-server", None),
    "dagProcessor": _component(
        "exec airflow dag-processor",
        60,
        dagBundleConfigList=[
            {
                "name": "dags-folder",
                "classpath": "airflow.dag_processing.bundles.local.LocalDagBundle",
                "kwargs": {},
            }
        ],
    ),
    "triggerer": _component("exec airflow triggerer", 60, persistence={"enabled": True}),
    "workers": _component("exec \\\nairflow celery worker", 600, persistence={"enabled": True}, celery={}),
}

_NOT_EMULATED = (
    ("extraEnvFrom", "name the variables in `env` or `secret`"),
    ("pgbouncer.enabled", "there is no PgBouncer here"),
    ("otelCollector.tracesEnabled", "there is no collector here"),
    ("otelCollector.metricsEnabled", "there is no collector here"),
    ("elasticsearch.enabled", "logs are read from S3"),
    ("opensearch.enabled", "logs are read from S3"),
    ("kerberos.enabled", "there is no Kerberos here"),
    ("dags.persistence.enabled", "DAGs come from the image or by git-sync"),
    ("logs.persistence.enabled", "logs are in S3"),
    ("workers.celery.sets", "all workers are of one kind"),
    ("webserver.webserverConfig", "Airflow 3 has no webserver"),
    ("apiServer.apiServerConfig", "users log in with a password"),
    ("apiServer.apiServerConfigConfigMapName", "users log in with a password"),
)


def lay_over(base: Any, over: Any) -> Any:
    """Helm's merge of two values."""
    if not isinstance(base, Mapping) or not isinstance(over, Mapping):
        return over
    merged = {
        key: value for key, value in base.items() if over.get(key, value) is not None or key not in over
    }
    for key, value in over.items():
        if value is not None:
            merged[key] = lay_over(base.get(key), value)
    return merged


def _with_keys_of(base: Any, values: Any) -> Any:
    """`values` with a None for each key of `base` that null took away: templates read it as nothing."""
    if not isinstance(base, Mapping) or not isinstance(values, Mapping):
        return values
    return {**dict.fromkeys(base), **{k: _with_keys_of(base.get(k), v) for k, v in values.items()}}


def look_up(values: Mapping[str, Any], path: str) -> Any:
    """The value at a dotted path, None where the path ends early."""
    found: Any = values
    for key in path.split("."):
        found = found.get(key) if isinstance(found, Mapping) else None
    return found


def without_nulls(values: Any) -> Any:
    """`values` without the keys that are null, at any depth."""
    if not isinstance(values, Mapping):
        return values
    return {key: without_nulls(value) for key, value in values.items() if value is not None}


def effective(values: Mapping[str, Any]) -> Values:
    """The chart's values after the release's; raises EmulatorError for a feature that is not emulated."""
    merged: Values = _with_keys_of(DEFAULTS, lay_over(deepcopy(DEFAULTS), values))
    for path, instead in _NOT_EMULATED:
        if look_up(merged, path):
            raise EmulatorError(f"chart value {path} is not emulated: {instead}.")
    celery = {key: value for key, value in without_nulls(merged["workers"]["celery"]).items() if value != []}
    merged["workers"] = {**lay_over(merged["workers"], celery), "celery": celery}
    return merged


def literal(text: str, path: str) -> str:
    """`text` as the chart's template engine leaves it; a template would need that engine."""
    if "{{" in text:
        raise EmulatorError(f"chart value {path} holds a template, which is not emulated.")
    return text
