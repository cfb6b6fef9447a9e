"""The Secrets that open Git repositories with DAGs, and who reads them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulumi import Input

from components import executors, naming
from components.pod_layout import GIT_KEY

if TYPE_CHECKING:
    from stacks.airflow_sections import AirflowSettings
    from stacks.dag_sections import GitSyncSource


@dataclass(frozen=True, kw_only=True)
class GitAccess:
    """The secrets that people give; None where no repository asks for one."""

    ssh_key: Input[str] | None = None
    token: Input[str] | None = None


@dataclass(frozen=True, kw_only=True)
class GitSecret:
    """A Secret to be made, and the components that restart when it changes."""

    name: str
    content: Mapping[str, Input[str]]
    consumers: Sequence[str]


def git_secrets(airflow: AirflowSettings, access: GitAccess) -> list[GitSecret]:
    """One per kind of access that the DAG sources need."""
    scheduler = ["scheduler"] if executors.runs_in_scheduler(airflow.executor) else []
    # The chart puts git-sync beside the triggerer as well. The key is mounted by subPath, which the kubelet
    # does not refresh, and the token is environment.
    beside = ["dag-processor", "triggerer", "worker", *scheduler]
    return [
        GitSecret(name=name, content=content, consumers=beside)
        for source in airflow.dags
        if source.source == "git_sync"
        for name, content in _git_sync(source, access).items()
    ]


def _git_sync(source: GitSyncSource, access: GitAccess) -> dict[str, Mapping[str, Input[str]]]:
    if source.over_ssh and access.ssh_key is not None:
        return {naming.GIT_SECRET: {GIT_KEY: access.ssh_key}}
    if source.token_user is not None and access.token is not None:
        return {naming.GIT_SYNC_TOKEN_SECRET: _credentials(source, access.token)}
    return {}


def _credentials(source: GitSyncSource, token: Input[str]) -> dict[str, Input[str]]:
    """Under the names of git-sync 3 and 4: the chart refers to all four, and a missing one blocks the pod."""
    user = source.token_user or ""
    return {
        "GIT_SYNC_USERNAME": user,
        "GIT_SYNC_PASSWORD": token,
        "GITSYNC_USERNAME": user,
        "GITSYNC_PASSWORD": token,
    }
