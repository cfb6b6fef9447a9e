"""Folders, files, the record and the ports of a stack. No servers."""

from __future__ import annotations

import os
import socket
from dataclasses import replace
from pathlib import Path

import pytest

from emulator.errors import EmulatorError
from emulator.files import private_folder, write_private
from emulator.journal import Journal
from emulator.paths import LONGEST_SOCKET_FOLDER, State
from emulator.ports import Ports
from emulator.substitutions import Substitutions
from offline.graph import Secret
from tests.emulator.server_resources import resource

TYPE = "random:index/randomPassword:RandomPassword"


@pytest.fixture
def state(tmp_path: Path) -> State:
    return State("test", tmp_path / "home")


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_every_folder_of_the_state_is_closed_to_others(state: State) -> None:
    folders = [state.kubernetes, state.logs, state.pods, state.certificates, state.resources, state.programs]
    assert {mode(folder) for folder in [state.root, *folders]} == {0o700}


def test_a_file_is_private_even_where_the_umask_would_open_it(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        write_private(tmp_path / "file", "text")
    finally:
        os.umask(before)
    assert mode(tmp_path / "file") == 0o600


def test_writing_the_same_content_again_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "file"
    assert write_private(file, "text")
    inode = file.stat().st_ino
    assert not write_private(file, "text")
    assert file.stat().st_ino == inode


def test_an_interrupted_write_leaves_the_old_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "file"
    write_private(file, "old")

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_private(file, "new")
    assert [p.name for p in tmp_path.iterdir()] == ["file"]
    assert file.read_text() == "old"


def test_a_second_run_is_refused_while_one_works(state: State) -> None:
    with (
        state.locked(),
        pytest.raises(EmulatorError, match="works on stack test; wait for it"),
        state.locked(),
    ):
        pass


def test_sockets_move_to_a_short_private_folder_when_the_path_is_too_long(tmp_path: Path) -> None:
    deep = State("test", private_folder(tmp_path / ("d" * 90)))
    sockets = deep.sockets
    try:
        assert len(os.fsencode(sockets)) <= LONGEST_SOCKET_FOLDER
        assert mode(sockets) == 0o700
    finally:
        deep.remove()
    assert not sockets.exists()


def test_cleaning_leaves_nothing(state: State) -> None:
    private_folder(state.root)
    with state.locked():
        assert state.sockets.exists()
    state.remove()
    assert list(state.home.iterdir()) == []


def test_a_recorded_resource_comes_back_with_its_secrets(state: State) -> None:
    made = replace(resource(TYPE, "token", length=8), outputs={"id": "none", "result": Secret("abc")})
    Journal(state).end(made)
    assert Journal(state).graph().resources == (made,)
    assert {mode(file) for file in state.resources.iterdir()} == {0o600}


def test_a_begun_resource_is_on_record_and_not_in_the_graph(state: State) -> None:
    Journal(state).begin(resource(TYPE, "token", length=8))
    again = Journal(state)
    assert [entry.begun for entry in again] == [True]
    assert again.graph().resources == ()


def test_an_interrupted_update_keeps_the_last_complete_self(state: State) -> None:
    first = replace(resource(TYPE, "token", length=8), outputs={"id": "none"})
    journal = Journal(state)
    journal.end(first)
    journal.begin(resource(TYPE, "token", length=9))
    assert Journal(state).graph().resources == (first,)


def test_a_new_identity_leaves_the_former_self_to_be_deleted(state: State) -> None:
    journal = Journal(state)
    for name in ("old", "new"):
        journal.end(replace(resource(TYPE, "token", name=name), outputs={"id": name}))
    assert [(e.resource.id, e.replaced) for e in sorted(Journal(state), key=lambda e: e.key)] == [
        ("new", False),
        ("old", True),
    ]


def test_a_damaged_record_is_named_in_one_sentence(state: State) -> None:
    write_private(state.resources / "x.json", "{")
    with pytest.raises(EmulatorError, match="make clean"):
        Journal(state)


def test_a_port_stays_the_same_over_runs(state: State) -> None:
    assert Ports(state).port("database") == Ports(state).port("database")


def test_a_port_that_a_stranger_took_is_replaced_unless_our_own_server_runs(state: State) -> None:
    port = Ports(state).port("database")
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", port))
        stranger.listen()
        assert Ports(state).port("database", running=True) == port
        assert Ports(state).port("database") != port


def test_two_names_never_share_a_port(state: State) -> None:
    first = Ports(state).port("one")
    assert Ports(state).port("two", prefer=first) != first


def test_only_the_home_of_airflow_is_moved_below_the_pod(state: State) -> None:
    text = Substitutions(state).text(
        "/opt/airflow:/opt/airflow/dags:/opt/airflowx:/srv/opt/airflow/x", Path("/pod")
    )
    assert text == "/pod/opt/airflow:/pod/opt/airflow/dags:/opt/airflowx:/srv/opt/airflow/x"


def test_the_bundle_of_rds_is_replaced_and_other_files_are_not(state: State) -> None:
    substitutions = Substitutions(state)
    assert substitutions.file("rds-bundle.pem", "amazon") == substitutions.ca_bundle.read_text()
    assert substitutions.file("other.pem", "amazon") == "amazon"


def test_no_process_gets_the_persons_own_access_to_aws(state: State) -> None:
    environment = Substitutions(state, "eu-west-1").environment()
    assert environment["AWS_CONFIG_FILE"] == environment["AWS_SHARED_CREDENTIALS_FILE"] == os.devnull
    assert environment["AWS_ENDPOINT_URL"].startswith("http://127.0.0.1:")
    assert environment["AWS_REGION"] == "eu-west-1"


def test_each_stack_has_an_access_key_of_its_own_that_stays(state: State, tmp_path: Path) -> None:
    key = Substitutions(state).secret_access_key
    assert key == Substitutions(state).secret_access_key
    assert key != Substitutions(State("other", tmp_path)).secret_access_key
    assert (state.aws / "secret-access-key").stat().st_mode & 0o777 == 0o600
