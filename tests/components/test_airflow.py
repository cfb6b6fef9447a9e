from __future__ import annotations

import json
from dataclasses import replace

import pytest

from components import naming

from .airflow_graph import (
    GRAPH,
    JOB,
    PASSWORD,
    PAYLOAD,
    RELEASE,
    build,
    data,
    name_of,
    names_before,
)
from .airflow_samples import settings

HELM = GRAPH.only(RELEASE).inputs


def test_the_release_is_the_pinned_chart_under_the_name_that_roles_trust() -> None:
    assert (HELM["name"], HELM["chart"], HELM["version"]) == ("airflow", "airflow", "1.22.0")
    assert HELM["repositoryOpts"] == {"repo": "https://airflow.apache.org"}


def test_a_failed_release_is_undone_and_one_that_hangs_ends() -> None:
    assert HELM["atomic"] is True
    assert HELM["cleanupOnFail"] is True
    assert HELM["waitForJobs"] is True
    assert (HELM["timeout"], HELM["maxHistory"]) == (1800, 10)
    assert not HELM.get("skipAwait")


def test_a_failed_change_of_version_is_not_undone() -> None:
    """The old image refuses the schema that the new one has migrated: undone, nothing would start at all."""
    release = build(settings(upgrade=True)).only(RELEASE).inputs
    assert not release["atomic"]
    assert not release["cleanupOnFail"]
    assert (release["waitForJobs"], release["timeout"]) == (True, 1800)
    assert not release.get("skipAwait")


def test_the_upgrade_setting_changes_neither_values_nor_jobs() -> None:
    """Taking it back afterwards restarts nothing."""
    upgrade = build(settings(upgrade=True))
    assert upgrade.only(RELEASE).inputs["values"] == HELM["values"]
    assert [name_of(upgrade, job.name) for job in upgrade.of_type(JOB)] == [
        name_of(GRAPH, job.name) for job in GRAPH.of_type(JOB)
    ]


def test_no_secret_reaches_the_release() -> None:
    """Helm keeps the values in the cluster, readable to whoever may read Secrets there."""
    assert PASSWORD not in json.dumps(HELM["values"])


def test_the_release_waits_for_schema_user_rights_and_files() -> None:
    before = names_before(GRAPH, "airflow-release")
    assert {"airflow-migrate", "airflow-admin", "airflow-smoke"} <= before
    assert {f"identity-{part}-policy" for part in naming.COMPONENTS} <= before


def test_a_changed_smoke_dag_is_a_new_config_map_that_the_pods_name() -> None:
    changed = build(files=replace(PAYLOAD, smoke={"smoke.py": "new"}))
    name = name_of(changed, "airflow-smoke")
    assert name != name_of(GRAPH, "airflow-smoke")
    assert name in json.dumps(changed.only(RELEASE).inputs["values"]["dagProcessor"]["extraVolumes"])


def test_config_maps_carry_the_files_under_the_names_that_are_mounted() -> None:
    assert data(GRAPH, "airflow-rds-ca") == {"rds-bundle.pem": "certificates"}
    assert data(GRAPH, "airflow-admin-script") == {"create_admin.py": "script"}
    assert data(GRAPH, "airflow-database-script") == {"prepare_database.py": "role"}
    assert data(GRAPH, "airflow-smoke") == {"smoke.py": "dag"}
    assert name_of(GRAPH, "airflow-rds-ca") == "airflow-rds-ca"


@pytest.mark.parametrize(
    ("base_url", "expected"),
    [
        (None, "http://airflow-api-server.airflow.svc:8080"),
        ("https://data.example", "https://data.example"),
    ],
)
def test_the_url_is_the_public_one_or_the_service(base_url: str | None, expected: str) -> None:
    assert build(settings(base_url=base_url)).named("airflow").outputs["url"] == expected
