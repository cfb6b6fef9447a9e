"""Exact versions everywhere, and one version per package wherever two lists name it."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LISTS = (
    "requirements.txt",
    "requirements-dev.txt",
    "image/requirements.txt",
    "emulator/airflow-requirements.txt",
)
PIN = re.compile(r"^([a-zA-Z0-9._-]+)(\[[a-z,]+\])?==([0-9][0-9a-z.]*)$")


def lines(name: str) -> list[str]:
    text = (ROOT / name).read_text().splitlines()
    return [line.strip() for line in text if line.strip() and not line.startswith(("#", "-r "))]


def pins(name: str) -> dict[str, str]:
    found = (PIN.match(line) for line in lines(name))
    return {pin[1].lower().replace("_", "-"): pin[3] for pin in found if pin}


@pytest.mark.parametrize("name", LISTS)
def test_every_version_is_exact(name: str) -> None:
    assert [line for line in lines(name) if not PIN.match(line)] == []


def test_the_image_has_the_versions_that_the_emulator_runs() -> None:
    """Otherwise `make up` proves something that is not deployed."""
    emulated, deployed = pins("emulator/airflow-requirements.txt"), pins("image/requirements.txt")
    assert {name: emulated.get(name) for name in deployed} == deployed


def test_the_image_starts_from_the_airflow_that_it_pins() -> None:
    version = pins("image/requirements.txt")["apache-airflow"]
    assert f"FROM apache/airflow:{version}\n" in (ROOT / "image" / "Dockerfile").read_text()


def test_the_stacks_deploy_the_airflow_that_the_emulator_runs() -> None:
    version = pins("emulator/airflow-requirements.txt")["apache-airflow"]
    for stack in (ROOT / "stacks").glob("Pulumi.*.yaml"):
        assert f'version: "{version}"' in stack.read_text(), stack.name
