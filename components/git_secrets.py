"""The Secrets that open Git repositories with DAGs, and who reads them. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulumi import Input, Output

from components import executors, naming
from components.pod_layout import GIT_KEY, KNOWN_HOSTS_KEY, KNOWN_HOSTS_PATH

if TYPE_CHECKING:
    from stacks.airflow_sections import AirflowSettings
    from stacks.dag_sections import GitSource, GitSyncSource


_STRICT = {"strict_host_key_checking": "yes", "known_hosts_file": KNOWN_HOSTS_PATH}


@dataclass(frozen=True, kw_only=True)
class GitAccess:
    """The secrets that people give, named as in the settings; None where nobody gave one."""

    git_ssh_key: Input[str] | None = None
    git_token: Input[str] | None = None


@dataclass(frozen=True, kw_only=True)
class GitSecret:
    """A Secret to be made, and the components that restart when it changes."""

    name: str
    content: Mapping[str, Input[str]]
    consumers: Sequence[str]


def git_secrets(airflow: AirflowSettings, access: GitAccess) -> list[GitSecret]:
    """One per kind of access that the DAG sources need."""
    scheduler = ["scheduler"] if executors.runs_in_scheduler(airflow.executor) else []
    readers = ["dag-processor", "worker", *scheduler]
    found = [
        # The chart puts git-sync beside the triggerer as well. The key is mounted by subPath, which the
        # kubelet does not refresh, and the token is environment.
        GitSecret(name=name, content=content, consumers=[*readers, "triggerer"])
        for source in airflow.dags
        if source.source == "git_sync"
        for name, content in _git_sync(source, access).items()
    ]
    bundles = [source for source in airflow.dags if source.source == "git"]
    if bundles:
        content = {source.name: _connection(source, access) for source in bundles}
        hosts = {KNOWN_HOSTS_KEY: known_hosts(bundles)} if known_hosts(bundles) else {}
        name = naming.GIT_CONNECTIONS_SECRET
        found.append(GitSecret(name=name, content={**content, **hosts}, consumers=readers))
    return found


def known_hosts(bundles: Sequence[GitSource]) -> str:
    """The keys of all Git hosts, in OpenSSH's format; empty where no repository is opened over SSH."""
    lines = [source.known_hosts.strip() + "\n" for source in bundles if source.known_hosts]
    return "".join(dict.fromkeys(lines))


def _connection(source: GitSource, access: GitAccess) -> Output[str]:
    """Of a public repository too: without one the bundle asks SSM for `git_default` at every refresh."""
    token = access.git_token if source.token_user is not None else None
    key = _key_file(access.git_ssh_key) if source.over_ssh and access.git_ssh_key is not None else None
    return Output.all(token=token, key=key).apply(
        lambda secret: json.dumps(
            {
                "conn_type": "git",
                **({"login": source.token_user, "password": secret["token"]} if secret["token"] else {}),
                **({"extra": {"private_key": secret["key"], **_STRICT}} if secret["key"] else {}),
            }
        )
    )


def _key_file(key: Input[str]) -> Output[str]:
    """Ends with the newline that `pulumi config set` takes from what it reads, and without which OpenSSH
    refuses a key ("error in libcrypto").
    """
    return Output.from_input(key).apply(lambda text: text.rstrip("\n") + "\n")


def _git_sync(source: GitSyncSource, access: GitAccess) -> dict[str, Mapping[str, Input[str]]]:
    if source.over_ssh and access.git_ssh_key is not None:
        return {naming.GIT_SECRET: {GIT_KEY: _key_file(access.git_ssh_key)}}
    if source.token_user is not None and access.git_token is not None:
        return {naming.GIT_SYNC_TOKEN_SECRET: _credentials(source, access.git_token)}
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
