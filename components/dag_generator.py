"""Containers in which a user's command writes DAG files: init container, sidecar, or a CronJob's. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from components.dag_bundles import CURRENT, source_path
from components.pod_layout import container_security, pod_security

if TYPE_CHECKING:
    from stacks.airflow_sections import AirflowSettings
    from stacks.dag_sections import GeneratedSource

Spec = dict[str, Any]

RESOURCES: Spec = {
    "requests": {"cpu": "50m", "memory": "128Mi"},
    "limits": {"cpu": "500m", "memory": "512Mi"},
}
CRON_BACKOFF_LIMIT = 1
"""Retries of one run; the next one is minutes away."""

_SCRIPT = f"""\
generate() {{
  files=$(mktemp -d "$DAGS_ROOT/.files.XXXXXX") && chmod 0755 "$files" || return 1
  if ! DAGS_FOLDER="$files" "$@"; then
    rm -rf "$files"
    echo "failed: the DAG files stay as they are" >&2
    return 1
  fi
  ln -s "${{files##*/}}" "$files.link" || return 1
  # GNU and BusyBox, or BSD: replaces the link itself, at once.
  mv -fT "$files.link" "$DAGS_ROOT/{CURRENT}" 2>/dev/null ||
    mv -fh "$files.link" "$DAGS_ROOT/{CURRENT}" || return 1
  for old in "$DAGS_ROOT"/.files.*; do [ "$old" = "$files" ] || rm -rf "$old"; done
}}
if [ -z "$INTERVAL_SECONDS" ]; then generate "$@"; exit; fi
trap 'exit 0' TERM INT
while :; do sleep "$INTERVAL_SECONDS" & wait $!; generate "$@"; done
"""
"""All files of a run appear at once, when `current` is pointed at them; a failed run changes nothing. A shell
that waits for a background `sleep` ends at once with its pod."""


def once(airflow: AirflowSettings, source: GeneratedSource) -> Spec:
    """Runs the command and ends: an init container, or a CronJob's only one."""
    return _container(airflow, source, f"generate-{source.name}", "")


def repeated(airflow: AirflowSettings, source: GeneratedSource) -> Spec:
    """Runs the command every interval, beside Airflow."""
    return _container(airflow, source, f"regenerate-{source.name}", str(source.interval_seconds))


def cron_spec(airflow: AirflowSettings, source: GeneratedSource, service_account: str) -> Spec:
    """Of the CronJob. Its rights are the DAG processor's, as if the command ran beside it."""
    minutes = source.interval_seconds // 60
    pod = {
        "serviceAccountName": service_account,
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "restartPolicy": "Never",
        "securityContext": pod_security(),
        "containers": [once(airflow, source)],
        "volumes": [{"name": volume_name(source.name), "persistentVolumeClaim": {"claimName": source.claim}}],
    }
    job = {
        "activeDeadlineSeconds": source.interval_seconds,
        "backoffLimit": CRON_BACKOFF_LIMIT,
        "template": {"metadata": {"labels": {"component": "dag-generator"}}, "spec": pod},
    }
    return {
        "schedule": "0 * * * *" if minutes == 60 else f"*/{minutes} * * * *",
        # Two runs at once would delete each other's files.
        "concurrencyPolicy": "Forbid",
        "successfulJobsHistoryLimit": 1,
        "failedJobsHistoryLimit": 1,
        "jobTemplate": {"spec": job},
    }


def volume_name(source: str) -> str:
    """Name of the pod's volume with a source's files."""
    return f"dags-{source}"


def _container(airflow: AirflowSettings, source: GeneratedSource, name: str, interval: str) -> Spec:
    return {
        "name": name,
        "image": source.image or airflow.image.reference,
        # The first argument of a script is its own name.
        "command": ["sh", "-c", _SCRIPT, "generate", *source.command],
        "env": [
            {"name": "DAGS_ROOT", "value": source_path(source.name)},
            {"name": "INTERVAL_SECONDS", "value": interval},
        ],
        "resources": RESOURCES,
        "securityContext": container_security(),
        "volumeMounts": [{"name": volume_name(source.name), "mountPath": source_path(source.name)}],
    }
