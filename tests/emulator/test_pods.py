"""A pod's files and environment, and when they count as changed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from emulator.containers import Container, KeyOf, Mount, Variable, Volume
from emulator.errors import EmulatorError
from emulator.files import write_private
from emulator.machine import Machine
from emulator.pods import HASH, Pod, Pods
from emulator.programs import Program, description
from tests.emulator.airflow_fixtures import NAMESPACE, machine

CONTAINER = Container(
    name="c",
    image="airflow:1",
    args=("bash", "-c", "cat /opt/airflow/file"),
    env=(
        Variable("HOME_PATH", "/opt/airflow"),
        Variable("URL", KeyOf("Secret", "database-url", "connection")),
    ),
    mounts=(
        Mount("/opt/airflow/certificates", Volume("ConfigMap", "rds-ca")),
        Mount("/opt/airflow/airflow.cfg", Volume("ConfigMap", "config"), "airflow.cfg"),
        Mount("/opt/airflow/logs", Volume("Empty", "logs")),
    ),
)
FILES = {"config": {"airflow.cfg": "dags_folder = /opt/airflow/dags"}}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    monkeypatch.setenv("EMULATOR_AIRFLOW", str(tmp_path / "airflow"))
    made = machine(tmp_path, tmp_path / "airflow")
    made.ports.port("aws")
    return made


def prepare(here: Machine, container: Container = CONTAINER, **annotations: str) -> Pod:
    return Pods(here, NAMESPACE, FILES).prepare("pod", container, annotations)


def test_paths_lie_below_the_pod(here: Machine) -> None:
    pod = prepare(here)
    home = f"{pod.root}/opt/airflow"
    assert pod.environment["HOME_PATH"] == home
    assert pod.command[-1] == f"cat {home}/file"
    assert (pod.root / "opt/airflow/airflow.cfg").read_text() == f"dags_folder = {home}/dags"
    assert pod.environment["URL"].endswith(f"{home}/certificates/rds-bundle.pem")


def test_a_mounted_folder_has_the_kubelets_layout(here: Machine) -> None:
    folder = prepare(here).root / "opt/airflow/certificates"
    assert (folder / "rds-bundle.pem").read_text() == "certificate"
    assert (folder / "rds-bundle.pem").readlink() == Path("..data/rds-bundle.pem")


def test_files_are_private(here: Machine) -> None:
    root = prepare(here).root
    files = [path for path in root.rglob("*") if path.is_file() and not path.is_symlink()]
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}


def test_secrets_are_in_the_environment_and_not_in_the_command(here: Machine) -> None:
    pod = prepare(here)
    assert "u:p@" in pod.environment["URL"]
    assert "u:p@" not in " ".join(pod.command)
    assert "u:p@" not in repr(pod)


def test_the_same_pod_has_the_same_environment(here: Machine) -> None:
    assert prepare(here).environment == prepare(here).environment


def test_an_annotation_an_image_and_a_file_change_the_hash(here: Machine) -> None:
    hashes = [
        prepare(here).environment[HASH],
        prepare(here, secrets="1").environment[HASH],
        prepare(here, replace(CONTAINER, image="airflow:2")).environment[HASH],
    ]
    write_private(
        here.state.kubernetes / NAMESPACE / "ConfigMap" / "rds-ca" / "rds-bundle.pem", "another certificate"
    )
    hashes.append(prepare(here).environment[HASH])
    assert len(set(hashes)) == 4


def test_other_packages_in_the_images_environment_change_the_program(here: Machine, tmp_path: Path) -> None:
    descriptions = set()
    for pins in ("first", "second"):
        (tmp_path / "airflow" / ".stamp").write_text(pins)
        pod = prepare(here)
        program = Program(name="pod", command=pod.command, environment=pod.environment)
        descriptions.add(description(here.state, "airflow", program))
    assert len(descriptions) == 2


def test_a_file_that_is_mounted_no_longer_goes(here: Machine) -> None:
    root = prepare(here).root
    prepare(here, replace(CONTAINER, mounts=()))
    assert not (root / "opt/airflow/airflow.cfg").exists()
    assert not (root / "opt/airflow/certificates/rds-bundle.pem").exists()


def test_a_missing_secret_is_named(here: Machine) -> None:
    variable = Variable("X", KeyOf("Secret", "nowhere", "key"))
    with pytest.raises(EmulatorError, match="no Secret nowhere"):
        prepare(here, replace(CONTAINER, env=(variable,)))


def test_a_missing_key_is_named(here: Machine) -> None:
    variable = Variable("X", KeyOf("Secret", "database-url", "nothing"))
    with pytest.raises(EmulatorError, match="no key nothing"):
        prepare(here, replace(CONTAINER, env=(variable,)))


def test_without_airflow_the_command_that_installs_it_is_named(
    here: Machine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("EMULATOR_AIRFLOW", str(tmp_path / "nothing"))
    with pytest.raises(EmulatorError, match="make setup"):
        prepare(here)
