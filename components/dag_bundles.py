"""The DAG bundles that Airflow is configured with: one per DAG source, and the smoke DAG's. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from components.pod_layout import SMOKE_PATH, SOURCES_PATH

if TYPE_CHECKING:
    from stacks.airflow_sections import AirflowSettings
    from stacks.dag_sections import DagSource

Bundle = dict[str, Any]

_LOCAL = "airflow.dag_processing.bundles.local.LocalDagBundle"


def dag_bundles(airflow: AirflowSettings) -> list[Bundle]:
    """The users' DAGs, and the smoke DAG in a bundle of its own, so that it works wherever the DAGs come
    from."""
    smoke = {"name": "smoke", "classpath": _LOCAL, "kwargs": {"path": SMOKE_PATH}}
    return [*(_bundle(source) for source in airflow.dags), smoke]


def source_path(name: str) -> str:
    """Where the files of a DAG source lie in a pod."""
    return f"{SOURCES_PATH}/{name}"


def _bundle(source: DagSource) -> Bundle:
    if source.source == "image":
        return _local(source.name)  # without a path: [core] dags_folder
    # git-sync's link to the checked-out commit.
    return _local(source.name, f"{source_path(source.name)}/repo/{source.subpath}".rstrip("/"))


def _local(name: str, path: str | None = None) -> Bundle:
    return {"name": name, "classpath": _LOCAL, "kwargs": {} if path is None else {"path": path}}
