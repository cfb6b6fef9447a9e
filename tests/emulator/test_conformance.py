"""The emulator starts what the chart would start, for every stack."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from emulator import inventory
from offline.chart import VARIABLE

ANEW = f"make it anew: {VARIABLE}=airflow-1.22.0.tgz python -m emulator.inventory"


@pytest.fixture(scope="module", params=inventory.stacks())
def stack(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def inputs(stack: str) -> dict[str, object]:
    return inventory.release_inputs(stack)


def test_the_committed_inventory_is_what_the_emulator_starts(stack: str, inputs: dict[str, object]) -> None:
    committed = json.loads(inventory.file(stack).read_text())

    assert committed == inventory.emulated(inputs), ANEW


def test_every_inventory_belongs_to_a_stack() -> None:
    assert sorted(file.stem for file in inventory.FOLDER.glob("*.json")) == inventory.stacks()


def test_an_inventory_holds_no_digest_of_a_secret(stack: str) -> None:
    committed = json.loads(inventory.file(stack).read_text())
    for process in committed["processes"].values():
        assert set(process["annotations"].values()) <= {"DIGEST"}


@pytest.fixture
def chart() -> Path:
    package = os.environ.get(VARIABLE)
    if not package:
        pytest.skip(f"{VARIABLE} is not set")
    pytest.importorskip("helm_python")
    return Path(package)


@pytest.mark.chart
def test_the_emulator_starts_what_the_chart_renders(inputs: dict[str, object], chart: Path) -> None:
    assert inventory.emulated(inputs) == inventory.rendered(inputs, chart)


@pytest.mark.chart
@pytest.mark.parametrize(
    ("executor", "workers"),
    [
        ("KubernetesExecutor", False),
        ("LocalExecutor", False),
        ("CeleryExecutor,KubernetesExecutor", True),
    ],
)
def test_so_it_does_with_another_executor(chart: Path, executor: str, workers: bool) -> None:
    """Also with KubernetesExecutor alone, which `make up` refuses: its other processes are the same."""
    image = {"digest": f"sha256:{'0a' * 32}"}
    changes: dict[str, object] = {"airflow": {"executor": executor, "parallelism": 16, "image": image}}
    if not workers:
        changes["cache"] = None
    inputs = inventory.release_inputs("prod", changes)
    emulated = inventory.emulated(inputs)
    assert emulated == inventory.rendered(inputs, chart)
    assert ("worker" in emulated["processes"]) == workers


@pytest.mark.chart
@pytest.mark.parametrize("executor", ["CeleryExecutor", "LocalExecutor"])
def test_so_it_does_with_dags_from_everywhere(chart: Path, executor: str) -> None:
    repository = "https://git.example.com/team/dags"
    claimed = {"source": "claim", "name": "claimed", "claim": "efs", "subpath": "team"}
    generated = {"source": "generated", "name": "generated", "command": ["discover"]}
    dags = [
        {"source": "image"},
        {"source": "git_sync", "name": "synced", "repository": repository, "subpath": "team"},
        {"source": "git", "name": "git", "repository": repository},
        {"source": "s3", "name": "bucket", "bucket": "team-dags"},
        {"source": "config_map", "name": "small", "folder": "dags/smoke"},
        claimed,
        generated,
        {**generated, "name": "nightly", "run": "cron", "claim": "nightly"},
    ]
    changes: dict[str, object] = {"airflow": {"executor": executor, "parallelism": 16, "dags": dags}}
    if executor == "LocalExecutor":
        changes["cache"] = None
    inputs = inventory.release_inputs("prod", changes)
    emulated = inventory.emulated(inputs)
    assert emulated == inventory.rendered(inputs, chart)
    reader = emulated["processes"]["dag-processor"]
    assert [c["name"] for c in (*reader["init"], *reader["sidecars"])] == [
        "generate-generated",
        "regenerate-generated",
    ]
