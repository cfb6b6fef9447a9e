"""What runs before and beside a component, and the volumes that containers share."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from emulator import dag_buckets, preflight
from emulator.backends.job import Job
from emulator.backends.release import HelmRelease
from emulator.errors import EmulatorError
from emulator.machine import Machine
from emulator.paths import State
from offline.graph import Resource
from tests.emulator import fake_airflow
from tests.emulator.airflow_fixtures import NAMESPACE, machine
from tests.emulator.dag_places import commit_to
from tests.emulator.kills import until
from tests.emulator.test_job import resource as job
from tests.emulator.test_release import resource

FOLDER = "/opt/airflow/sources/found"
VOLUME = {"name": "dags-found", "emptyDir": {}}
MOUNT = {"name": "dags-found", "mountPath": FOLDER}
COUNT = f"echo run >> {FOLDER}/init"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    monkeypatch.setenv("EMULATOR_AIRFLOW", str(fake_airflow.install(tmp_path / "airflow")))
    made = machine(tmp_path)
    made.ports.port("aws")
    yield made
    made.supervisor.shutdown()


def container(name: str, script: str) -> dict[str, Any]:
    return {"name": name, "image": "discover:1", "command": ["sh", "-c", script], "volumeMounts": [MOUNT]}


def release(init: str = COUNT, sidecar: str = "sleep 3600", **volume: Any) -> Resource:
    parts = {
        "extraVolumes": [{**VOLUME, **volume}],
        "extraVolumeMounts": [{**MOUNT, "readOnly": True}],
        "extraInitContainers": [container("generate", init)],
        "extraContainers": [container("regenerate", sidecar)],
    }
    return resource(dagProcessor=parts)


def seen(here: Machine, file: str) -> Path:
    """A file of the volume, as the DAG processor sees it."""
    return here.state.pods / "airflow-dag-processor" / FOLDER.lstrip("/") / file


@pytest.mark.emulator
def test_an_init_container_runs_once_per_start_and_a_sidecar_beside(here: Machine) -> None:
    wanted = release(sidecar=f"echo here > {FOLDER}/sidecar; sleep 3600")
    HelmRelease(here).ensure(wanted, None)
    until(seen(here, "sidecar").exists, 10)
    assert "airflow-dag-processor-regenerate" in {process.name for process in here.supervisor.status()}
    HelmRelease(here).ensure(wanted, wanted)
    assert seen(here, "init").read_text().splitlines() == ["run"]


@pytest.mark.emulator
def test_another_command_replaces_the_pod(here: Machine) -> None:
    HelmRelease(here).ensure(release(), None)
    before = here.supervisor.pid("airflow-dag-processor")
    HelmRelease(here).ensure(release(init=f"{COUNT}; true"), None)
    assert here.supervisor.pid("airflow-dag-processor") != before
    assert seen(here, "init").read_text().splitlines() == ["run", "run"]


@pytest.mark.emulator
def test_a_failed_init_container_is_told_and_nothing_starts(here: Machine) -> None:
    with pytest.raises(EmulatorError, match=r"(?s)airflow-dag-processor-init.*no such catalogue"):
        HelmRelease(here).ensure(release(init="echo no such catalogue; exit 3"), None)
    assert here.supervisor.status() == []


def synced(repository: Path, ref: str = "main") -> Resource:
    git = {"enabled": True, "repo": repository.as_uri(), "ref": ref, "subPath": "", "period": "1s"}
    return resource(dags={"mountPath": FOLDER, "gitSync": git})


@pytest.mark.emulator
def test_git_syncs_checkout_is_there_before_airflow_and_follows_the_repository(
    here: Machine, tmp_path: Path
) -> None:
    commit = commit_to(tmp_path / "repository")
    commit("one.py", "1")
    wanted = synced(tmp_path / "repository")
    HelmRelease(here).ensure(wanted, None)
    assert seen(here, "repo/one.py").read_text() == "1"
    before = {process.name: process.pid for process in here.supervisor.status()}
    assert "git-sync" in before
    HelmRelease(here).ensure(wanted, wanted)
    assert {process.name: process.pid for process in here.supervisor.status()} == before
    commit("two.py", "2")
    until(seen(here, "repo/two.py").exists, 15)


@pytest.mark.emulator
def test_a_repository_that_cannot_be_fetched_is_told_and_nothing_starts(
    here: Machine, tmp_path: Path
) -> None:
    commit_to(tmp_path / "repository")("one.py", "1")
    with pytest.raises(EmulatorError, match=r"(?s)git-sync cannot fetch file://.*no-such-branch"):
        HelmRelease(here).ensure(synced(tmp_path / "repository", "no-such-branch"), None)
    assert here.supervisor.status() == []


def test_git_is_missed_before_anything_starts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    dags = [{"source": "git", "name": "team", "repository": "https://git.example.com/team"}]
    with pytest.raises(EmulatorError, match="no git on PATH, and the DAG source team"):
        preflight.check(State("local", tmp_path), {"airflow": {"dags": dags}})


def test_a_claim_is_one_folder_for_the_job_that_fills_it_and_for_who_reads_it(here: Machine) -> None:
    fill = job(f"echo dag > {FOLDER}/team.py")
    pod = fill.inputs["spec"]["template"]["spec"]
    pod["volumes"] = [{"name": "dags-found", "persistentVolumeClaim": {"claimName": "efs"}}]
    pod["containers"][0]["volumeMounts"] = [{**MOUNT, "subPath": "team"}]
    Job(here).ensure(fill, None)
    assert (here.state.claims / NAMESPACE / "efs" / "team" / "team.py").read_text() == "dag\n"


def test_the_buckets_of_s3_bundles_are_known() -> None:
    bundles = (
        '[{"classpath":"a.LocalDagBundle","kwargs":{}},'
        '{"classpath":"a.S3DagBundle","kwargs":{"bucket_name":"team-dags"}}]'
    )
    values = {"config": {"dag_processor": {"dag_bundle_config_list": bundles}}}
    assert dag_buckets.of_bundles(values) == ["team-dags"]
    assert dag_buckets.of_bundles({}) == []
