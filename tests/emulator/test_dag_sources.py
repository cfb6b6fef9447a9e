"""DAGs from everywhere at once in one running stack: a new one is listed within a minute."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from components import dag_folder
from emulator import airflow_substitutions, realise
from emulator.machine import Machine
from offline import ROOT
from operations.airflow_api import AirflowApi, ApiError
from tests.emulator.dag_places import DAG, Put, commit_to, file_in, object_in
from tests.emulator.kills import until

pytestmark = [
    pytest.mark.emulator,
    pytest.mark.skipif(
        not (ROOT / ".venv-airflow" / "bin" / "airflow").exists(),
        reason="Airflow's own environment is missing; `make setup` makes it",
    ),
]

LIMIT_SECONDS = 60
INTERVAL_SECONDS = 10
"""Of the generator, which then is no more than this behind."""
BUCKET = "somebodys-dags"


@dataclass(frozen=True)
class Running:
    """The stack with its sources."""

    api: AirflowApi
    places: dict[str, Put]
    """Source to how a file gets there."""


def sources(folder: Path) -> list[dict[str, Any]]:
    repository = (folder / "repository").as_uri()
    return [
        {"source": "image"},
        {"source": "git", "name": "git", "repository": repository, "subpath": "team"},
        {"source": "s3", "name": "s3", "bucket": BUCKET, "prefix": "team"},
        {"source": "git_sync", "name": "git-sync", "repository": repository, "subpath": "synced"},
        {"source": "config_map", "name": "config-map", "folder": "small"},
        {
            "source": "claim",
            "name": "claim",
            "claim": "efs",
            "fill": {"command": ["bash", "-c", f'cp "{folder}"/filling/* "$DAGS_FOLDER"']},
        },
        {
            "source": "generated",
            "name": "generated",
            "command": ["bash", "-c", f'cp "{folder}"/discovered/* "$DAGS_FOLDER"'],
            "interval_seconds": INTERVAL_SECONDS,
        },
    ]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder, home = tmp_path_factory.mktemp("sources"), tmp_path_factory.mktemp("emulator")
    machine = realise.machine_of("local", home=home)
    places = {
        "image": file_in(folder / "dags"),
        "git": commit_to(folder / "repository", "team"),
        "git_sync": commit_to(folder / "repository", "synced"),
        "s3": object_in(machine, BUCKET, "team"),
        "claim": file_in(machine.state.claims / "airflow" / "efs"),
        "generated": file_in(folder / "discovered"),
    }
    file_in(folder / "filling")("first_claim.py", DAG.format("first_claim"))
    file_in(folder / "small")("config_map.py", DAG.format("first_config_map"))
    for name in ("image", "git", "git_sync", "generated"):
        places[name](f"first_{name}.py", DAG.format(f"first_{name}"))
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(airflow_substitutions, "DAGS", folder / "dags")
            patch.setattr(dag_folder, "PROJECT", folder)
            realise.up(machine, overrides={"airflow": {"dags": sources(folder)}})
        places["s3"]("first_s3.py", DAG.format("first_s3"))
        with AirflowApi(realise.access(machine).url) as api:
            log_in(machine, api)
            yield Running(api, places)
    finally:
        machine.supervisor.shutdown()
        shutil.rmtree(home, ignore_errors=True)


def log_in(machine: Machine, api: AirflowApi) -> None:
    target = realise.access(machine)
    api.login(target.username, target.password_file.read_text())


def listed(api: AirflowApi, wanted: set[str], limit_seconds: float) -> dict[str, float]:
    """DAG to the seconds until the API listed it; without those that it did not list in time."""
    begun, seen = time.monotonic(), dict[str, float]()
    while (left := wanted - set(seen)) and time.monotonic() < begun + limit_seconds:
        for dag_id in left:
            try:
                found = api.dag(dag_id)
            except ApiError as error:
                if error.status is not None:
                    raise
                continue  # a busy machine answers late
            if found:
                seen[dag_id] = time.monotonic() - begun
        time.sleep(0.25)
    return seen


def test_every_source_brings_its_dags(running: Running) -> None:
    wanted = {f"first_{name.replace('-', '_')}" for name in (*running.places, "config_map")}
    assert set(listed(running.api, wanted, 2 * LIMIT_SECONDS)) == wanted
    assert running.api.import_errors() == []


def test_a_worker_finds_the_file_of_every_source(running: Running) -> None:
    """It reads the files itself: by its own volumes, fetches and rights."""
    dag_ids = [f"first_{name}" for name in (*running.places, "config_map")]
    for dag_id in dag_ids:
        running.api.unpause(dag_id)
        running.api.trigger(dag_id, "once", {})
    ended: dict[str, str] = {}

    def all_ended() -> bool:
        ended.update({dag_id: running.api.run_state(dag_id, "once") for dag_id in dag_ids})
        return set(ended.values()) <= {"success", "failed"}

    until(all_ended, 2 * LIMIT_SECONDS)
    assert set(ended.values()) == {"success"}, ended


def test_a_new_dag_of_every_source_is_listed_within_a_minute(running: Running) -> None:
    wanted = {f"new_{name}" for name in running.places}
    for name, put in running.places.items():
        put(f"new_{name}.py", DAG.format(f"new_{name}"))
    seen = listed(running.api, wanted, LIMIT_SECONDS)
    print("\nseconds until a new DAG is listed:", {name: round(taken, 1) for name, taken in seen.items()})
    assert set(seen) == wanted
