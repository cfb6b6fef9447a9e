"""DAGs from Git repositories: git-sync and Airflow's own bundle, and the Secrets that open them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pulumi import Output

from components.git_secrets import GitAccess, git_secrets
from offline import record_program

from .airflow_samples import GIT, settings
from .dag_samples import DEPLOYED, HTTPS, PRIVATE, READERS, bundles, mounts, parts, secrets, values


def test_git_sync_follows_one_ref_with_the_key_and_the_known_host() -> None:
    git = values(GIT)["dags"]["gitSync"]
    assert git["branch"] == git["ref"] == "release"
    assert git["sshKeySecret"] == "airflow-git-ssh-key"
    assert git["knownHosts"].startswith("github.com")
    assert (git["subPath"], git["period"], git["recommendedProbeSetting"]) == ("dags", "45s", True)
    assert "credentialsSecret" not in git


def test_a_public_repository_needs_no_secret() -> None:
    git = values(HTTPS)["dags"]["gitSync"]
    assert {"sshKeySecret", "knownHosts", "credentialsSecret"}.isdisjoint(git)
    assert secrets(HTTPS) == {}


def test_a_token_is_a_secret_under_the_four_names_that_the_chart_refers_to() -> None:
    private = {**HTTPS, "token_user": "oauth2"}
    assert values(private)["dags"]["gitSync"]["credentialsSecret"] == "airflow-git-sync-token"
    (secret,) = secrets(private).values()
    assert secret.name == "airflow-git-sync-token"
    assert secret.content == {
        "GIT_SYNC_USERNAME": "oauth2",
        "GIT_SYNC_PASSWORD": "a token",
        "GITSYNC_USERNAME": "oauth2",
        "GITSYNC_PASSWORD": "a token",
    }


@pytest.mark.parametrize(
    ("executor", "expected"),
    [
        ("CeleryExecutor", {"dag-processor", "triggerer", "worker"}),
        ("LocalExecutor", {"dag-processor", "triggerer", "worker", "scheduler"}),
    ],
)
def test_everyone_beside_whom_git_sync_runs_restarts_with_its_key(executor: str, expected: set[str]) -> None:
    assert set(secrets(GIT, executor=executor)["airflow-git-ssh-key"].consumers) == expected


def test_a_secret_that_no_source_asks_for_is_not_made() -> None:
    assert secrets({"source": "image"}) == {}


def test_a_git_bundle_follows_its_ref_with_a_connection_of_its_own() -> None:
    assert bundles(PRIVATE, DEPLOYED)["deployed"] == {
        "repo_url": "git@github.com:e/c.git",
        "tracking_ref": "v1",
        "git_conn_id": "git_deployed",
        "subdir": "dags",
    }
    assert "subdir" not in bundles(PRIVATE)["team-b"]


@pytest.mark.parametrize("component", READERS)
def test_who_opens_repositories_gets_connections_and_known_hosts_from_a_secret(component: str) -> None:
    env = {e["name"]: e.get("valueFrom") for e in parts(component, PRIVATE, DEPLOYED)["env"]}
    assert env["AIRFLOW_CONN_GIT_TEAM_B"] == {
        "secretKeyRef": {"name": "airflow-git-connections", "key": "team-b"}
    }
    assert mounts(component, PRIVATE, DEPLOYED) == {
        "/opt/airflow/git/known_hosts": ("git-hosts", "known_hosts")
    }
    assert mounts(component, PRIVATE) == {}


def connections(*sources: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}

    def program() -> None:
        access = GitAccess(git_ssh_key="a key", git_token="a token")
        (made,) = git_secrets(settings(dags=list(sources)), access)
        for key, value in made.content.items():
            Output.from_input(value).apply(lambda text, key=key: found.update({key: text}))

    record_program(program)
    return {key: json.loads(text) if text.startswith("{") else text for key, text in found.items()}


def test_a_connection_holds_what_its_repository_asks_for_and_nothing_else() -> None:
    public = {**PRIVATE, "name": "public", "token_user": None}
    made = connections(PRIVATE, DEPLOYED, public)
    assert made["team-b"] == {"conn_type": "git", "login": "me", "password": "a token"}
    assert made["deployed"]["extra"] == {
        "private_key": "a key\n",  # OpenSSH refuses one without, and `pulumi config set` takes it away
        "strict_host_key_checking": "yes",
        "known_hosts_file": "/opt/airflow/git/known_hosts",
    }
    assert made["public"] == {"conn_type": "git"}
    assert made["known_hosts"] == "github.com ssh-ed25519 AAAA\n"


def test_the_key_of_git_sync_ends_with_the_newline_that_openssh_needs() -> None:
    source = {
        "source": "git_sync",
        "name": "team",
        "repository": "git@github.com:e/d.git",
        "known_hosts": "github.com ssh-ed25519 AAAA",
    }
    assert connections(source) == {"gitSshKey": "a key\n"}
