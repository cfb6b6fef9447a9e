"""How each DAG source reaches the pods: bundles, volumes, containers, Secrets."""

from __future__ import annotations

import json
from typing import Any

import pytest

from components.chart_values import chart_values
from components.git_secrets import GitAccess, GitSecret, git_secrets

from .airflow_samples import GIT, INPUTS, settings

HTTPS = {"source": "git_sync", "name": "team", "repository": "https://github.com/example/dags"}


def values(*sources: dict[str, Any], executor: str = "CeleryExecutor") -> dict[str, Any]:
    return chart_values(settings(dags=list(sources), executor=executor), INPUTS)


def bundles(*sources: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Arguments of the bundles by name, as Airflow reads them."""
    config = values(*sources)["config"]
    found = json.loads(config["dag_processor"]["dag_bundle_config_list"])
    return {bundle["name"]: bundle["kwargs"] for bundle in found}


def secrets(*sources: dict[str, Any], executor: str = "CeleryExecutor") -> dict[str, GitSecret]:
    access = GitAccess(ssh_key="a key", token="a token")
    made = git_secrets(settings(dags=list(sources), executor=executor), access)
    return {secret.name: secret for secret in made}


def test_the_image_is_the_default_and_the_smoke_dag_stands_beside_it() -> None:
    made = chart_values(settings(), INPUTS)
    assert [b["name"] for b in made["dagProcessor"]["dagBundleConfigList"]] == ["dags-folder", "smoke"]
    assert bundles({"source": "image"}) == {"dags-folder": {}, "smoke": {"path": "/opt/airflow/smoke"}}
    assert made["config"]["core"]["dags_folder"] == "/opt/airflow/dags"


def test_the_chart_and_the_configuration_name_the_same_bundles() -> None:
    made = values({"source": "image"}, GIT)
    listed = made["dagProcessor"]["dagBundleConfigList"]
    assert json.loads(made["config"]["dag_processor"]["dag_bundle_config_list"]) == listed


def test_git_sync_stands_beside_the_image_without_hiding_it() -> None:
    assert bundles({"source": "image"}, GIT) == {
        "dags-folder": {},
        "team": {"path": "/opt/airflow/sources/team/repo/dags"},
        "smoke": {"path": "/opt/airflow/smoke"},
    }
    assert values({"source": "image"}, GIT)["dags"]["mountPath"] == "/opt/airflow/sources/team"


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
