"""Kubernetes objects as files. No servers."""

from __future__ import annotations

import base64
import os
from pathlib import Path
from typing import Any

import pytest

from emulator.backends.kubernetes import CONFIG_MAP, SECRET, Kubernetes
from emulator.machine import Machine
from emulator.paths import State
from offline.graph import Resource, Secret
from tests.emulator.server_resources import resource


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(State("test", tmp_path))


def thing(type_: str, **inputs: Any) -> Resource:
    kind = type_.rsplit(":", 1)[-1]
    return resource(type_, "x", kind=kind, metadata={"name": "thing", "namespace": "airflow"}, **inputs)


def folder(machine: Machine, kind: str) -> Path:
    return machine.state.kubernetes / "airflow" / kind / "thing"


def test_a_secret_is_a_folder_of_private_files(machine: Machine) -> None:
    data = {"binary": base64.b64encode(b"\x00\xff").decode()}
    Kubernetes(machine).ensure(thing(SECRET, stringData=Secret({"text": "abc"}), data=data), None)
    files = {path.name: path.read_bytes() for path in folder(machine, "Secret").iterdir()}
    assert files == {"text": b"abc", "binary": b"\x00\xff"}
    assert {path.stat().st_mode & 0o777 for path in folder(machine, "Secret").iterdir()} == {0o600}


def test_a_key_that_left_the_secret_leaves_the_folder(machine: Machine) -> None:
    service = Kubernetes(machine)
    service.ensure(thing(SECRET, stringData={"old": "1", "kept": "1"}), None)
    service.ensure(thing(SECRET, stringData={"kept": "1"}), None)
    assert [path.name for path in folder(machine, "Secret").iterdir()] == ["kept"]


def test_a_config_map_has_the_layout_of_the_kubelet(machine: Machine) -> None:
    Kubernetes(machine).ensure(thing(CONFIG_MAP, data={"a.py": "1"}), None)
    root = folder(machine, "ConfigMap")
    assert os.readlink(root / "a.py") == "..data/a.py"
    assert (root / os.readlink(root / "..data") / "a.py").read_text() == "1"


def test_all_keys_of_a_config_map_change_at_once(machine: Machine) -> None:
    service = Kubernetes(machine)
    service.ensure(thing(CONFIG_MAP, data={"a": "1", "b": "1"}), None)
    before = os.readlink(folder(machine, "ConfigMap") / "..data")
    service.ensure(thing(CONFIG_MAP, data={"a": "2", "c": "2"}), None)
    root = folder(machine, "ConfigMap")
    assert os.readlink(root / "..data") != before
    assert sorted(path.name for path in root.iterdir() if not path.name.startswith("..")) == ["a", "c"]
    assert not (root / before).exists()


def test_the_same_config_map_again_touches_nothing(machine: Machine) -> None:
    service = Kubernetes(machine)
    service.ensure(thing(CONFIG_MAP, data={"a": "1"}), None)
    before = {path: path.lstat().st_mtime_ns for path in folder(machine, "ConfigMap").rglob("*")}
    service.ensure(thing(CONFIG_MAP, data={"a": "1"}), None)
    assert {path: path.lstat().st_mtime_ns for path in folder(machine, "ConfigMap").rglob("*")} == before


def test_the_emulators_authority_stands_in_the_place_of_the_rds_bundle(machine: Machine) -> None:
    Kubernetes(machine).ensure(thing(CONFIG_MAP, data={"rds-bundle.pem": "amazon"}), None)
    written = (folder(machine, "ConfigMap") / "rds-bundle.pem").read_text()
    assert written == machine.substitutions.ca_bundle.read_text()


def test_other_kinds_are_recorded_as_their_manifest(machine: Machine) -> None:
    Kubernetes(machine).ensure(thing("kubernetes:core/v1:ServiceAccount"), None)
    assert (folder(machine, "ServiceAccount") / "manifest.json").exists()


def test_deleting_removes_the_folder_and_may_be_repeated(machine: Machine) -> None:
    service, secret = Kubernetes(machine), thing(SECRET, stringData={"a": "1"})
    service.ensure(secret, None)
    service.delete(secret)
    service.delete(secret)
    assert not folder(machine, "Secret").exists()
