"""A stack with the real Airflow, killed as a whole and in parts. Slow: each start of Airflow takes time."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from emulator import leftovers
from emulator.launch import start_time
from offline import ROOT
from tests.emulator.kills import COMPONENTS, kill, pids
from tests.emulator.place import Place

pytestmark = [
    pytest.mark.emulator,
    pytest.mark.slow,
    pytest.mark.skipif(
        not (ROOT / ".venv-airflow" / "bin" / "airflow").exists(),
        reason="Airflow's own environment is missing; `make setup` makes it",
    ),
]

BACK_SECONDS = 10
HEALTHY_SECONDS = 120
"""docs/EMULATOR.md: half a minute; the rest is for machines that do other things as well."""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    made = Place(tmp_path_factory.mktemp("airflow"))
    yield made
    made.remove()


def test_killed_at_five_points_it_ends_well_and_keeps_what_was_generated(place: Place) -> None:
    root, seen = place.state.root, dict[str, str]()
    points: list[Callable[[], object]] = [
        (root / "programs" / "aws.pid").exists,
        lambda: list(root.glob("postgres/*/data.new/PG_VERSION")),
        lambda: place.errands("migrate"),
        lambda: "airflow-worker" in pids(place.machine),
        lambda: place.errands("operations.smoke"),
    ]
    for point in points:
        place.killed_when(point)
        assert seen.items() <= place.secrets().items()
        seen = place.secrets()
    assert "smoke     passed" in place.run("up")
    assert place.secrets() == seen
    assert place.errands() == []


@pytest.mark.parametrize("component", COMPONENTS)
def test_a_killed_component_is_back_and_works(place: Place, component: str) -> None:
    back, healthy = kill(place.machine, [component])
    print(f"{component}: back after {back:.1f} s, healthy after {healthy:.0f} s")
    assert back < BACK_SECONDS
    assert healthy < HEALTHY_SECONDS


def test_all_killed_at_once_are_back_and_work(place: Place) -> None:
    back, healthy = kill(place.machine, COMPONENTS)
    print(f"all: back after {back:.1f} s, healthy after {healthy:.0f} s")
    assert back < BACK_SECONDS
    assert healthy < 2 * HEALTHY_SECONDS
    assert "smoke: passed" in place.run("smoke")


def test_down_leaves_no_process_and_clean_no_file(place: Place) -> None:
    everything = leftovers.known(place.state)
    place.run("down")
    assert leftovers.find(place.state) == []
    assert not [pid for pid, began in everything.items() if start_time(pid) == began]
    place.run("clean")
    assert list(place.state.home.iterdir()) == []
