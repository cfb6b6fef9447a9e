"""The DAG bundles that Airflow is configured with: one per DAG source, and the smoke DAG's. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from components.pod_layout import SMOKE_PATH, SOURCES_PATH

if TYPE_CHECKING:
    from stacks.airflow_sections import AirflowSettings
    from stacks.dag_sections import DagSource, GitSource

Bundle = dict[str, Any]

_LOCAL = "airflow.dag_processing.bundles.local.LocalDagBundle"
_GIT = "airflow.providers.git.bundles.git.GitDagBundle"
_S3 = "airflow.providers.amazon.aws.bundles.s3.S3DagBundle"
CURRENT = "current"
"""Link to the newest files that a generator has written."""


@dataclass(frozen=True, kw_only=True)
class DagBucket:
    """A folder of somebody's bucket, as the roles see it."""

    name: str
    prefix: str
    """Without outer slashes; empty for the whole bucket."""
    key_arn: str | None
    """KMS key; None where the bucket has S3's own."""


def dag_bundles(airflow: AirflowSettings) -> list[Bundle]:
    """The users' DAGs, and the smoke DAG in a bundle of its own, so that it works wherever the DAGs come
    from."""
    smoke = {"name": "smoke", "classpath": _LOCAL, "kwargs": {"path": SMOKE_PATH}}
    return [*(_bundle(source) for source in airflow.dags), smoke]


def source_path(name: str) -> str:
    """Where the files of a DAG source lie in a pod."""
    return f"{SOURCES_PATH}/{name}"


def claims(airflow: AirflowSettings) -> set[str]:
    """The PersistentVolumeClaims that DAG files come from."""
    found = (source.claim for source in airflow.dags if source.source == "claim")
    written = (source.claim for source in airflow.dags if source.source == "generated")
    return {claim for claim in (*found, *written) if claim is not None}


def dag_buckets(airflow: AirflowSettings) -> list[DagBucket]:
    """The buckets that DAG files come from."""
    return [
        DagBucket(name=source.bucket, prefix=source.prefix, key_arn=source.key_arn)
        for source in airflow.dags
        if source.source == "s3"
    ]


def connection_id(source: GitSource) -> str:
    """The Airflow connection with which a Git bundle opens its repository."""
    return f"git_{source.name.replace('-', '_')}"


def _bundle(source: DagSource) -> Bundle:
    """Each looks for changes every `[dag_processor] refresh_interval` seconds."""
    if source.source == "git":
        return {"name": source.name, "classpath": _GIT, "kwargs": _git(source)}
    if source.source == "s3":
        place = {"bucket_name": source.bucket, "prefix": source.prefix, "aws_conn_id": "aws_default"}
        return {"name": source.name, "classpath": _S3, "kwargs": place}
    path = _path(source)
    return {"name": source.name, "classpath": _LOCAL, "kwargs": {} if path is None else {"path": path}}


def _git(source: GitSource) -> dict[str, Any]:
    folder = {"subdir": source.subpath} if source.subpath else {}
    return {
        "repo_url": source.repository,
        "tracking_ref": source.ref,
        "git_conn_id": connection_id(source),
        **folder,
    }


def _path(source: DagSource) -> str | None:
    """Folder of a source whose files something else brings into the pod; None is [core] dags_folder."""
    if source.source == "image":
        return None
    root = source_path(source.name)
    if source.source == "git_sync":
        # git-sync's link to the checked-out commit.
        return f"{root}/repo/{source.subpath}".rstrip("/")
    return f"{root}/{CURRENT}" if source.source == "generated" else root
