"""Volumes and mounts of Airflow's containers as chart 1.22.0 gives them. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from emulator.chart_defaults import Values
from emulator.containers import Mount, Volume, parse_mounts, parse_volumes


def component_volumes(values: Values, full: str, own: Values, claims: list[str]) -> dict[str, Volume]:
    """A component's volumes by name; `claims` are those of its StatefulSet."""
    named = parse_volumes({"volumes": [*(values["volumes"] or ()), *(own["extraVolumes"] or ())]}, claims)
    built_in = {
        "config": Volume("ConfigMap", f"{full}-config"),
        "logs": Volume("Empty", "logs"),
        "dags": Volume("Empty", "dags"),
    }
    return {**built_in, **named}


def config_mounts(values: Values, volumes: Mapping[str, Volume]) -> list[Mount]:
    """Airflow's configuration, which every container has."""
    home, config = values["airflowHome"], volumes["config"]
    mounts = [Mount(f"{home}/airflow.cfg", config, "airflow.cfg", True)]
    if values["airflowLocalSettings"]:
        path = f"{home}/config/airflow_local_settings.py"
        mounts.append(Mount(path, config, "airflow_local_settings.py", True))
    return mounts


def given_mounts(values: Values, own: Values, volumes: Mapping[str, Volume]) -> tuple[Mount, ...]:
    """Mounts that come from the values."""
    return parse_mounts([*(values["volumeMounts"] or ()), *(own["extraVolumeMounts"] or ())], volumes)
