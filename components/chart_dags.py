"""The part of the chart's values that brings DAG files into the pods."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components import naming
from components.chart_resources import SIDECAR_RESOURCES, Values
from components.dag_bundles import source_path
from components.pod_layout import container_security

if TYPE_CHECKING:
    from stacks.airflow_sections import AirflowSettings
    from stacks.dag_sections import GitSyncSource

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
