"""A whole stack with real servers and a stand-in for Airflow: killed at any point, robbed of its ports, told
a wrong time. The tests share one stack and build on each other, as days with it would."""

from __future__ import annotations

import datetime as dt
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from emulator import certificates, leftovers, realise
from emulator.backends import job
from emulator.launch import start_time
from offline import plain
from tests.emulator.cli import Said, runner
from tests.emulator.fake_airflow import install
from tests.emulator.kills import pids
from tests.emulator.place import UP_WITHOUT_SMOKE, Place

pytestmark = pytest.mark.emulator


class Obedient(Place):
    """With an Airflow that obeys orders."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "home")
        self.airflow = folder / "airflow"

    def killed_at(self, point: Callable[[], object], **orders: str) -> None:
        """`make up` without the smoke test, killed at the point."""
        install(self.airflow, **orders)
        self.killed_when(point, UP_WITHOUT_SMOKE)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Obedient]:
    made = Obedient(tmp_path_factory.mktemp("mishaps"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EMULATOR_AIRFLOW", str(install(made.airflow)))
        patch.setattr(job, "FIRST_PAUSE_SECONDS", 0.01)
        yield made
        made.remove()


@pytest.fixture
def up(
    place: Obedient, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[[], Said]:
    run = runner(place.state.home, monkeypatch, capsys)
    return lambda: run("up", "local")


def test_killed_while_the_aws_server_starts(place: Obedient) -> None:
    place.killed_at((place.state.root / "programs" / "aws.pid").exists)
    assert "airflow-scheduler" not in pids(place.machine)


def test_killed_while_the_database_is_made_it_goes_on_with_the_same_secrets(place: Obedient) -> None:
    before = place.secrets()
    place.killed_at(lambda: list(place.state.root.glob("postgres/*/data.new/PG_VERSION")))
    assert before.items() <= place.secrets().items()
    assert place.secrets()


def test_a_failing_migration_shows_its_last_lines_and_nothing_of_airflow_starts(
    place: Obedient, up: Callable[[], Said]
) -> None:
    install(place.airflow, db="fail")
    said = up()
    assert said.code == 1
    assert said.error.startswith("emulator: Job airflow-migrate-")
    assert "failed 4 times. Last lines of " in said.error
    assert "cannot find the way" in said.error
    assert "Traceback" not in said.error
    assert not [name for name in pids(place.machine) if name.startswith("airflow")]


def test_killed_while_it_migrates_no_second_migration_runs_beside_the_first(place: Obedient) -> None:
    before = place.secrets()
    place.killed_at(lambda: place.errands("migrate"), db="sleep")
    orphans = place.errands("migrate")
    assert orphans
    place.killed_at(lambda: set(place.errands("migrate")) - set(orphans), db="sleep")
    assert not set(orphans) & set(place.errands("migrate"))
    assert before.items() <= place.secrets().items()


def test_killed_while_airflow_starts_the_next_run_ends_well(place: Obedient) -> None:
    before = place.secrets()
    running = pids(place.machine)
    place.killed_at(lambda: "airflow-worker" in pids(place.machine), **{"api-server": "sleep"})
    install(place.airflow)
    realise.up(place.machine)
    assert place.errands() == []
    assert before.items() <= place.secrets().items()
    assert running.items() <= pids(place.machine).items()


def test_ports_that_strangers_took_are_replaced_and_everything_follows(place: Obedient) -> None:
    machine = place.machine
    before, secrets = machine.ports.known(), place.secrets()
    machine.supervisor.shutdown()
    with ExitStack() as strangers:
        for name in set(before) - {"statsd"}:
            stranger = strangers.enter_context(socket.socket())
            stranger.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            stranger.bind(("127.0.0.1", before[name]))
            stranger.listen()
        graph = realise.up(machine)
    after = machine.ports.known()
    assert {name for name, port in after.items() if port != before[name]} == set(before) - {"statsd"}
    assert graph.only("aws:rds/instance:Instance").outputs["port"] == after["postgres-database-instance"]
    for program in ("airflow-scheduler", "airflow-worker"):
        described = (machine.state.programs / f"{program}.json").read_text()
        assert not [port for name, port in before.items() if name != "statsd" and f":{port}" in described]
    assert place.secrets() == secrets


@pytest.mark.parametrize("days", [4000, -800], ids=["ahead", "behind"])
def test_certificates_of_a_wrong_clock_are_replaced_when_it_is_right(
    place: Obedient, monkeypatch: pytest.MonkeyPatch, days: int
) -> None:
    """Ahead: they do not hold yet. Behind: they have run out."""
    wrong = dt.datetime.now(dt.UTC) + dt.timedelta(days=days)
    with monkeypatch.context() as patch:
        patch.setattr(certificates, "clock", lambda: wrong)
        for file in place.state.certificates.iterdir():
            file.unlink()
        place.machine.certificates.server("postgres-database-instance")
        place.machine.certificates.server("cache-cache-group")
    graph = realise.up(place.machine)
    database = graph.only("aws:rds/instance:Instance")
    psycopg.connect(
        host="localhost",
        port=int(database.outputs["port"]),
        user=str(database.inputs["username"]),
        password=plain(database.inputs["password"]),
        dbname="postgres",
        sslmode="verify-full",
        sslrootcert=str(place.machine.substitutions.ca_bundle),
    ).close()


def test_down_leaves_no_process_and_clean_no_file(
    place: Obedient, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = runner(place.state.home, monkeypatch, capsys)
    everything = leftovers.known(place.state)
    assert len(everything) > 8
    assert run("down", "local").code == 0
    assert leftovers.find(place.state) == []
    assert not [pid for pid, began in everything.items() if start_time(pid) == began]
    assert run("clean", "local").code == 0
    assert list(place.state.home.iterdir()) == []
