"""A release's processes are started, awaited, and restarted only for a reason of their own."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from emulator import readiness
from emulator.backends.release import RELEASE, HelmRelease
from emulator.chart_defaults import lay_over
from emulator.errors import EmulatorError
from emulator.machine import Machine
from offline.graph import Resource
from tests.emulator import fake_airflow
from tests.emulator.airflow_fixtures import NAMESPACE, VALUES, machine

pytestmark = pytest.mark.emulator


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    folder = tmp_path_factory.mktemp("release")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EMULATOR_AIRFLOW", str(folder / "airflow"))
        made = machine(folder)
        fake_airflow.install(folder / "airflow")
        made.ports.port("aws")
        HelmRelease(made).ensure(resource(), None)
        yield made
        made.supervisor.shutdown()


def resource(**over: Any) -> Resource:
    values = lay_over(copy.deepcopy(VALUES), over)
    inputs = {"name": "airflow", "namespace": NAMESPACE, "values": values}
    return Resource(urn="urn:airflow", type=RELEASE, name="airflow", inputs=inputs)


def pids(here: Machine) -> dict[str, int]:
    return {process.name: process.pid for process in here.supervisor.status()}


def restarted(here: Machine, **over: Any) -> set[str]:
    """Which processes a change restarts, coming from the values as they are."""
    HelmRelease(here).ensure(resource(), None)
    before = pids(here)
    HelmRelease(here).ensure(resource(**over), None)
    return {name.removeprefix("airflow-") for name, pid in pids(here).items() if before.get(name) != pid}


def test_every_component_runs_once(here: Machine) -> None:
    components = {"scheduler", "api-server", "dag-processor", "triggerer", "worker"}
    assert set(pids(here)) == {f"airflow-{component}" for component in components}


def test_nothing_changed_restarts_nothing(here: Machine) -> None:
    assert restarted(here) == set()


def test_a_components_variable_restarts_it_alone(here: Machine) -> None:
    assert restarted(here, triggerer={"env": [{"name": "OWN", "value": "1"}]}) == {"triggerer"}


def test_a_components_annotation_restarts_it_alone(here: Machine) -> None:
    assert restarted(here, scheduler={"podAnnotations": {"airflow/secrets": "f" * 16}}) == {"scheduler"}


def test_a_change_of_the_configuration_restarts_all(here: Machine) -> None:
    assert len(restarted(here, config={"core": {"parallelism": "32"}})) == 5


def test_more_replicas_restart_nothing(here: Machine) -> None:
    assert restarted(here, scheduler={"replicas": 5}) == set()


def test_no_secret_is_on_a_command_line(here: Machine) -> None:
    arguments = [Path("/proc", str(pid), "cmdline") for pid in pids(here).values()]
    if not arguments[0].exists():
        pytest.skip("there is no /proc here")
    assert all("-text" not in file.read_text() and "u:p@" not in file.read_text() for file in arguments)


def test_a_component_that_does_not_live_is_named_with_its_last_words(here: Machine) -> None:
    broken = resource(triggerer={"env": [{"name": "BROKEN", "value": "yes"}]})
    with pytest.raises(EmulatorError, match=r"(?s)triggerer.*cannot find the way"):
        HelmRelease(here).ensure(broken, None)


def test_a_component_that_ends_again_and_again_is_named_with_its_last_words(here: Machine) -> None:
    broken = resource(workers={"env": [{"name": "BROKEN", "value": "later"}]})
    with pytest.raises(EmulatorError, match=r"(?s)worker ended by itself 2 times.*cannot find the way"):
        HelmRelease(here).ensure(broken, None)


def test_a_time_limit_names_the_component_that_is_late(here: Machine) -> None:
    HelmRelease(here).ensure(resource(), None)
    wanted = readiness.Started(
        api_port=1,
        health_path="/",
        programs={"api-server": "airflow-api-server"},
        restarted=[],
        since=readiness.now(),
        log_offsets={},
        logs=here.state.logs,
    )
    with pytest.raises(EmulatorError, match="api-server is not healthy"):
        readiness.wait(here.supervisor, wanted, limit_seconds=0)
