"""airflow.cfg as chart 1.22.0 writes it: its own defaults with the release's `config` on top. Pure."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from emulator.chart_defaults import Values, lay_over, literal, look_up
from emulator.errors import EmulatorError

_LARGEST_PRINTED = 1_000_000
"""From here on Go prints a number of the values as 1e+06, which Airflow cannot read."""


def dags_folder(values: Values) -> str:
    """The chart's idea of where the DAG files lie."""
    root = values["dags"]["mountPath"] or f"{values['airflowHome']}/dags"
    git = values["dags"]["gitSync"]
    return f"{root}/repo/{git['subPath']}" if git["enabled"] else root


def api_server_url(values: Values, fullname: str) -> str:
    """Where the other components reach the API server: its Service's name and port."""
    return f"http://{fullname}-api-server:{values['ports']['apiServer']}"


def base_path(values: Values) -> str:
    """The path of the public URL without a slash at its end; empty where there is no URL."""
    return urlsplit(str(look_up(values, "config.api.base_url") or "")).path.removesuffix("/")


def _truth(value: Any) -> str:
    return "True" if value else "False"


def cores(values: Values) -> int:
    """The scheduler's CPU limit in whole cores, rounded up; 0 without a limit."""
    limit = str(look_up(values, "scheduler.resources.limits.cpu") or 0)
    return math.ceil(float(limit[:-1]) / 1000 if limit.endswith("m") else float(limit))


def bundle_list(values: Values) -> str:
    """The DAG bundles as Go writes JSON: compact, keys sorted, <, > and & escaped."""
    bundles = [
        {"name": b["name"], "classpath": b["classpath"], "kwargs": b.get("kwargs") or {}}
        for b in values["dagProcessor"]["dagBundleConfigList"] or ()
    ]
    text = json.dumps(bundles, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


# Sections that the chart writes always and no stack of ours uses.
UNUSED: Mapping[str, dict[str, str]] = {
    "elasticsearch": {
        "json_format": "True",
        "log_id_template": "{dag_id}-{task_id}-{run_id}-{map_index}-{try_number}",
    },
    "elasticsearch_configs": {"max_retries": "3", "timeout": "30", "retry_timeout": "True"},
    "kerberos": {
        "keytab": "/etc/airflow.keytab",
        "reinit_frequency": "3600",
        "principal": "airflow@FOO.COM",
        "ccache": "/var/kerberos-ccache/cache",
    },
    "celery_kubernetes_executor": {"kubernetes_queue": "kubernetes"},
}


def _metrics(values: Values, fullname: str) -> dict[str, str]:
    return {
        "statsd_on": _truth(values["statsd"]["enabled"]),
        "statsd_port": "9125",
        "statsd_prefix": "airflow",
        "statsd_host": f"{fullname}-statsd",
        "otel_on": "False",
        "otel_host": "",
        "otel_port": "4318",
    }


def defaults(values: Values, fullname: str, namespace: str) -> dict[str, dict[str, str]]:
    """The chart's own `config`, its templates worked out."""
    image = values["images"]["airflow"]
    url = api_server_url(values, fullname)
    home = values["airflowHome"]
    return {
        "core": {
            "dags_folder": dags_folder(values),
            "load_examples": "False",
            "executor": values["executor"],
            "auth_manager": "airflow.providers.fab.auth_manager.fab_auth_manager.FabAuthManager",
            "execution_api_server_url": f"{url}{base_path(values)}/execution/",
        },
        "logging": {"remote_logging": "False", "colored_console_log": "False"},
        "metrics": _metrics(values, fullname),
        "traces": {"otel_on": "False"},
        "fab": {"enable_proxy_fix": "True"},
        "webserver": {"enable_proxy_fix": "True"},
        "celery": {
            "flower_url_prefix": str(look_up(values, "ingress.flower.path") or ""),
            "worker_concurrency": "16",
            "sync_parallelism": str(cores(values)),
        },
        "scheduler": {"standalone_dag_processor": "True"},
        "dag_processor": {"dag_bundle_config_list": bundle_list(values)},
        **UNUSED,
        "kubernetes_executor": {
            "namespace": namespace,
            "pod_template_file": f"{home}/pod_templates/pod_template_file.yaml",
            "worker_container_repository": image.get("repository") or values["defaultAirflowRepository"],
            "worker_container_tag": image.get("tag") or values["defaultAirflowTag"],
            "multi_namespace_mode": _truth(values["multiNamespaceMode"]),
        },
    }


def _text(value: Any, path: str) -> str:
    """A value as the chart prints it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        if abs(value) >= _LARGEST_PRINTED:
            raise EmulatorError(f"chart value {path} is a number from a million up; give it as text.")
        return f"{value:g}" if isinstance(value, float) else str(value)
    if isinstance(value, str):
        return literal(value, path)
    raise EmulatorError(f"chart value {path} is neither text nor a number.")


def airflow_cfg(values: Values, fullname: str, namespace: str) -> str:
    """The file's text. `values` are effective values (chart_defaults.effective)."""
    given: Mapping[str, Any] = values.get("config") or {}
    merged = lay_over(defaults(values, fullname, namespace), given)
    blocks = []
    for section in sorted(merged):
        lines = [f"[{section}]"]
        for key in sorted(merged[section]):
            lines.append(f"{key} = {_text(merged[section][key], f'config.{section}.{key}')}")
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)
