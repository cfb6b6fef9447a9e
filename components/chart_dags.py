"""The part of the chart's values that brings DAG files into the pods."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias

from components import dag_generator, executors, naming
from components.chart_resources import SIDECAR_RESOURCES, Values
from components.connections import public_hash
from components.dag_bundles import connection_id, source_path
from components.dag_generator import volume_name
from components.git_secrets import known_hosts
from components.pod_layout import KNOWN_HOSTS_KEY, KNOWN_HOSTS_PATH, container_security

if TYPE_CHECKING:
    from stacks.airflow_sections import AirflowSettings
    from stacks.dag_sections import ConfigMapSource, DagSource, GitSyncSource

DagFiles: TypeAlias = Mapping[str, Mapping[str, str]]
"""Name of a ConfigMap source -> file name -> text."""

_HOSTS_VOLUME = "git-hosts"
_GIT_SYNC_USER = 65533


def dags(airflow: AirflowSettings) -> Values:
    """The chart's own `dags`: its git-sync, with a volume that does not hide the image's folder."""
    for source in airflow.dags:
        if source.source == "git_sync":
            return {"mountPath": source_path(source.name), "gitSync": _git_sync(source)}
    # The probe setting only silences a deprecation notice here.
    return {"gitSync": {"enabled": False, "recommendedProbeSetting": True}}


def _git_sync(git: GitSyncSource) -> Values:
    hosts = {} if git.known_hosts is None else {"knownHosts": git.known_hosts}
    return {
        "enabled": True,
        "repo": git.repository,
        # Version 3 of git-sync reads `branch`, version 4 `ref`; the chart passes both.
        "branch": git.ref,
        "ref": git.ref,
        "subPath": git.subpath,
        "period": f"{git.period_seconds}s",
        # One failed fetch must not end the container: the Git host's bad minute would take Airflow along.
        "maxFailures": 10,
        **({"sshKeySecret": naming.GIT_SECRET} if git.over_ssh else {}),
        **({"credentialsSecret": naming.GIT_SYNC_TOKEN_SECRET} if git.token_user else {}),
        **hosts,
        "uid": _GIT_SYNC_USER,
        "recommendedProbeSetting": True,
        "livenessProbe": {"enabled": True},
        "resources": SIDECAR_RESOURCES,
        "securityContexts": {"container": {**container_security(), "runAsUser": _GIT_SYNC_USER}},
    }


def with_dag_sources(values: Values, airflow: AirflowSettings, files: DagFiles) -> Values:
    """The components' values with what those get that read DAG files."""
    pods, executor = pod_parts(airflow, files), airflow.executor
    task_pods = pod_parts(airflow, files, task_pod=True)
    workers = dict(values["workers"])
    if executors.uses_celery(executor):
        workers["celery"] = _appended(workers["celery"], pods)
    if executors.starts_pods(executor):
        workers["kubernetes"] = _appended(workers["kubernetes"], task_pods)
    in_scheduler = pods if executors.runs_in_scheduler(executor) else {}
    return {
        **values,
        "dagProcessor": _appended(values["dagProcessor"], pods),
        "scheduler": _appended(values["scheduler"], in_scheduler),
        "workers": workers,
    }


def _appended(values: Values, parts: Values) -> Values:
    return {**values, **{key: [*values.get(key, ()), *items] for key, items in parts.items() if items}}


def pod_parts(airflow: AirflowSettings, dag_files: DagFiles, *, task_pod: bool = False) -> Values:
    """What the pods need that read DAG files: volumes, mounts, containers, environment.

    A pod that runs one task has no sidecar: it would keep the pod from ending.
    """
    parts: Values = {
        "env": [],
        "extraVolumes": [],
        "extraVolumeMounts": [],
        "extraInitContainers": [],
        "extraContainers": [],
    }
    for source in airflow.dags:
        for key, items in _parts(airflow, source, dag_files, task_pod=task_pod).items():
            parts[key] += items
    hosts = [source for source in airflow.dags if source.source == "git"]
    if known_hosts(hosts):
        parts["extraVolumes"].append(
            {"name": _HOSTS_VOLUME, "secret": {"secretName": naming.GIT_CONNECTIONS_SECRET}}
        )
        parts["extraVolumeMounts"].append(_file(_HOSTS_VOLUME, KNOWN_HOSTS_PATH, KNOWN_HOSTS_KEY))
    return parts


def _parts(airflow: AirflowSettings, source: DagSource, files: DagFiles, *, task_pod: bool) -> Values:
    if source.source == "git":
        reference = {"name": naming.GIT_CONNECTIONS_SECRET, "key": source.name}
        name = f"AIRFLOW_CONN_{connection_id(source).upper()}"
        return {"env": [{"name": name, "valueFrom": {"secretKeyRef": reference}}]}
    if source.source == "claim":
        return _claim(source.name, source.claim, source.subpath)
    if source.source == "config_map":
        return _config_map(source, files[source.name])
    if source.source != "generated":
        return {}
    if source.claim is not None:
        return _claim(source.name, source.claim)
    sidecar = source.run == "sidecar" and not task_pod
    return {
        **_volume(source.name, {"emptyDir": {}}),
        "extraInitContainers": [dag_generator.once(airflow, source)],
        "extraContainers": [dag_generator.repeated(airflow, source)] if sidecar else [],
    }


def _claim(name: str, claim: str, subpath: str = "") -> Values:
    volume = {"persistentVolumeClaim": {"claimName": claim, "readOnly": True}}
    return _volume(name, volume, {"subPath": subpath} if subpath else {})


def _volume(name: str, volume: Values, more: Values | None = None) -> Values:
    mount = {"name": volume_name(name), "mountPath": source_path(name), "readOnly": True, **(more or {})}
    return {
        "extraVolumes": [{"name": volume_name(name), **volume}],
        "extraVolumeMounts": [mount],
    }


def config_map_name(source: ConfigMapSource, files: Mapping[str, str]) -> str:
    """Changes with the files: mounted by subPath they would never change in a running pod."""
    return f"airflow-dags-{source.name}-{public_hash(*files, *files.values())}"


def _config_map(source: ConfigMapSource, files: Mapping[str, str]) -> Values:
    """Each file by subPath: Airflow's search stops at the link that a whole ConfigMap brings along."""
    name = volume_name(source.name)
    return {
        "extraVolumes": [{"name": name, "configMap": {"name": config_map_name(source, files)}}],
        "extraVolumeMounts": [
            _file(name, f"{source_path(source.name)}/{file}", file) for file in sorted(files)
        ],
    }


def _file(volume: str, path: str, key: str) -> Values:
    return {"name": volume, "mountPath": path, "subPath": key, "readOnly": True}
