"""Airflow's processes as chart 1.22.0 would run them: a pure function of the Release's values.

Equal, container by container, to what the chart renders (tests/emulator/test_conformance.py). How a process
differs on this machine is not decided here but by the substitutions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from emulator import chart_environment
from emulator.airflow_cfg import airflow_cfg, api_server_url, base_path
from emulator.chart_defaults import Values, effective, literal
from emulator.chart_volumes import component_volumes, config_mounts, given_mounts
from emulator.containers import (
    Container,
    Mount,
    Variable,
    Volume,
    parse_container,
)

_CHART = "airflow"
_LONGEST_NAME = 63

VALUES_KEYS: Mapping[str, str] = {
    "scheduler": "scheduler",
    "api-server": "apiServer",
    "dag-processor": "dagProcessor",
    "triggerer": "triggerer",
    "worker": "workers",
}
"""Component, as in names and labels, to the key of its values."""

_ISSUES_TOKENS = ("scheduler", "api-server")
_KEEPS_LOGS = ("scheduler", "dag-processor", "triggerer", "worker")
_STATEFUL = ("triggerer", "worker")
_READS_DAGS = ("dag-processor", "triggerer", "worker")


@dataclass(frozen=True, kw_only=True)
class Process:
    """The pods of one component."""

    component: str
    replicas: int
    container: Container
    check: Container | None
    """The init container that waits for the schema."""
    init: tuple[Container, ...] = ()
    """Further init containers, in their order."""
    sidecars: tuple[Container, ...] = ()
    termination_grace_seconds: int
    annotations: Mapping[str, str] = field(default_factory=dict)
    """`podAnnotations`: where they change, Kubernetes restarts the pods."""


@dataclass(frozen=True, kw_only=True)
class Release:
    """What a release of the chart amounts to."""

    fullname: str
    config_map: str
    """Name of the ConfigMap that holds `files`."""
    files: Mapping[str, str]
    processes: tuple[Process, ...]
    service_url: str
    """How the components address the API server inside the cluster."""
    base_path: str
    """Path under which the API server answers; empty for the root."""


def fullname(values: Mapping[str, Any], release: str) -> str:
    """First part of the names of the chart's objects."""
    if not values.get("useStandardNaming"):
        return release
    if override := values.get("fullnameOverride"):
        return override[:_LONGEST_NAME].removesuffix("-")
    chart = values.get("nameOverride") or _CHART
    name = release if chart in release else f"{release}-{chart}"
    return name[:_LONGEST_NAME].removesuffix("-")


def describe(values: Mapping[str, Any], *, name: str = "airflow", namespace: str = "airflow") -> Release:
    """The processes and the files of a release; `values` as given to Helm, without secrets."""
    merged = effective(values)
    full = fullname(merged, name)
    return Release(
        fullname=full,
        config_map=f"{full}-config",
        files=_files(merged, full, namespace),
        processes=tuple(_process(merged, full, c) for c in VALUES_KEYS if _runs(merged, c)),
        service_url=api_server_url(merged, full),
        base_path=base_path(merged),
    )


def _files(values: Values, full: str, namespace: str) -> dict[str, str]:
    settings, git = values["airflowLocalSettings"], values["dags"]["gitSync"]
    files = {"airflow.cfg": airflow_cfg(values, full, namespace)}
    if settings:
        # The chart's YAML block takes the line ends at the end away.
        files["airflow_local_settings.py"] = literal(settings, "airflowLocalSettings").rstrip("\n")
    if git["enabled"] and git.get("knownHosts"):
        files["known_hosts"] = git["knownHosts"].rstrip("\n")
    return files


def _runs(values: Values, component: str) -> bool:
    if component == "worker":
        return "CeleryExecutor" in values["executor"]
    return values[VALUES_KEYS[component]]["enabled"] is not False


def _process(values: Values, full: str, component: str) -> Process:
    own = values[VALUES_KEYS[component]]
    claims = ["logs"] if component in _STATEFUL and own["persistence"]["enabled"] else []
    volumes = component_volumes(values, full, own, claims)
    annotations = {**(values["airflowPodAnnotations"] or {}), **(own["podAnnotations"] or {})}
    return Process(
        component=component,
        replicas=own["replicas"],
        container=_container(values, full, component, volumes),
        check=_check(values, full, component, volumes) if own["waitForMigrations"]["enabled"] else None,
        init=tuple(parse_container(c, volumes) for c in own["extraInitContainers"] or ()),
        sidecars=tuple(parse_container(c, volumes) for c in own["extraContainers"] or ()),
        # Kubernetes' own default where the chart sets none.
        termination_grace_seconds=own["terminationGracePeriodSeconds"] or 30,
        annotations={key: str(value) for key, value in annotations.items()},
    )


def _image(values: Values) -> str:
    image = values["images"]["airflow"]
    repository = image.get("repository") or values["defaultAirflowRepository"]
    return f"{repository}:{image.get('tag') or values['defaultAirflowTag']}"


def _container(values: Values, full: str, component: str, volumes: Mapping[str, Volume]) -> Container:
    own, home = values[VALUES_KEYS[component]], values["airflowHome"]
    mounts = [
        *config_mounts(values, volumes),
        *given_mounts(values, own, volumes),
    ]
    if component in _KEEPS_LOGS:
        mounts.append(Mount(f"{home}/logs", volumes["logs"]))
    if component == "scheduler":
        template = "pod_template_file.yaml"
        mounts.append(Mount(f"{home}/pod_templates/{template}", volumes["config"], template, True))
    runs_tasks = component == "scheduler" and "Local" in values["executor"]
    if values["dags"]["gitSync"]["enabled"] and (component in _READS_DAGS or runs_tasks):
        path = values["dags"]["mountPath"] or f"{home}/dags"
        mounts.append(Mount(path, volumes["dags"], read_only=True))
    signal = [Variable("DUMB_INIT_SETSID", "0")] if component == "worker" else []
    return Container(
        name=component,
        image=_image(values),
        command=tuple(own["command"] or ()),
        args=tuple(literal(part, f"{VALUES_KEYS[component]}.args") for part in own["args"] or ()),
        env=(
            *signal,
            *chart_environment.custom(values),
            *chart_environment.standard(values, full, with_jwt=component in _ISSUES_TOKENS),
            *chart_environment.own(own["env"] or ()),
        ),
        mounts=tuple(mounts),
    )


def _check(values: Values, full: str, component: str, volumes: Mapping[str, Volume]) -> Container:
    own, home = values[VALUES_KEYS[component]], values["airflowHome"]
    logs = (
        [Mount(f"{home}/logs", volumes["logs"])] if component in ("scheduler", "triggerer", "worker") else []
    )
    timeout = f"--migration-wait-timeout={values['images']['migrationsWaitTimeout']}"
    return Container(
        name="wait-for-airflow-migrations",
        image=_image(values),
        args=("airflow", "db", "check-migrations", timeout),
        env=(
            *chart_environment.custom(values),
            *chart_environment.standard(values, full, with_jwt=False),
            *chart_environment.own(own["waitForMigrations"]["env"] or ()),
        ),
        mounts=(
            *logs,
            *config_mounts(values, volumes),
            *given_mounts(values, own, volumes),
        ),
    )
