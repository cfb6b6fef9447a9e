"""The DAG sources that tests of their way into the pods use, and what the chart is given for them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from components.chart_values import chart_values
from components.git_secrets import GitAccess, GitSecret, git_secrets
from offline import record_program

from .airflow_samples import INPUTS, settings

HTTPS = {"source": "git_sync", "name": "team", "repository": "https://github.com/example/dags"}
PRIVATE = {"source": "git", "name": "team-b", "repository": "https://github.com/e/b.git", "token_user": "me"}
DEPLOYED = {
    "source": "git",
    "name": "deployed",
    "repository": "git@github.com:e/c.git",
    "ref": "v1",
    "subpath": "dags",
    "known_hosts": "github.com ssh-ed25519 AAAA",
}
BUCKET = {"source": "s3", "name": "bucket", "bucket": "team-dags", "prefix": "prod"}
CLAIM = {"source": "claim", "name": "flux", "claim": "dags-efs", "subpath": "team"}
FILES = {"small": {"one.py": "1", "two.sql": "2"}}
SMALL = {"source": "config_map", "name": "small", "folder": "dags/smoke"}
FOUND = {"source": "generated", "name": "found", "command": ["python", "-m", "discover"]}
NIGHTLY = {**FOUND, "name": "nightly", "run": "cron", "claim": "dags-found"}
BOTH = "CeleryExecutor,KubernetesExecutor"
READERS = ("dagProcessor", "celery", "kubernetes")


def values(*sources: dict[str, Any], executor: str = "CeleryExecutor") -> dict[str, Any]:
    return chart_values(settings(dags=list(sources), executor=executor), INPUTS)


def bundles(*sources: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Arguments of the bundles by name, as Airflow reads them."""
    config = values(*sources)["config"]
    found = json.loads(config["dag_processor"]["dag_bundle_config_list"])
    return {bundle["name"]: bundle["kwargs"] for bundle in found}


def secrets(*sources: dict[str, Any], executor: str = "CeleryExecutor") -> dict[str, GitSecret]:
    access = GitAccess(git_ssh_key="a key", git_token="a token")
    made: list[GitSecret] = []

    def program() -> None:
        made.extend(git_secrets(settings(dags=list(sources), executor=executor), access))

    record_program(program)
    return {secret.name: secret for secret in made}


def parts(
    component: str, *sources: dict[str, Any], executor: str = "CeleryExecutor,KubernetesExecutor"
) -> dict[str, Any]:
    inputs = replace(INPUTS, dag_files=FILES)
    made = chart_values(settings(dags=list(sources), executor=executor), inputs)
    return {**made, **made["workers"]}[component]


def mounts(component: str, *sources: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """Path to volume and entry, without the smoke DAG's."""
    found = parts(component, *sources).get("extraVolumeMounts", [])
    assert all(mount["readOnly"] for mount in found)
    return {m["mountPath"]: (m["name"], m.get("subPath", "")) for m in found if m["name"] != "smoke"}


def volumes(component: str, *sources: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found = parts(component, *sources).get("extraVolumes", [])
    return {v["name"]: {k: w for k, w in v.items() if k != "name"} for v in found if v["name"] != "smoke"}
