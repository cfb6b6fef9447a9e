"""Exact versions with hashes everywhere, and one version per package wherever two lists name it."""

import hashlib
import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
LOCKS = {
    "requirements.txt": "requirements.in",
    "requirements-dev.txt": "requirements-dev.in",
    "emulator/airflow-requirements.txt": "emulator/airflow-requirements.in",
    "policies/checkov/requirements.txt": "policies/checkov/requirements.in",
}
"""What is installed, to what people write; `make lock` makes the one from the other."""

IMAGE = "image/requirements.txt"
EXACT = re.compile(r"==[0-9][0-9a-z.]*$")


def requirements(name: str) -> list[Requirement]:
    """The packages of a list, without hashes, comments and options."""
    text = (ROOT / name).read_text().replace("\\\n", " ")
    entries = (line.split("--hash")[0].strip() for line in text.splitlines())
    return [Requirement(entry) for entry in entries if entry and not entry.startswith(("#", "-"))]


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def versions(name: str) -> dict[str, set[str]]:
    """More than one version where one is for older Pythons."""
    found: dict[str, set[str]] = {}
    for each in requirements(name):
        found.setdefault(normal(each.name), set()).add(str(each.specifier).removeprefix("=="))
    return found


def version(list_: str, package: str) -> str:
    (only,) = versions(list_)[package]
    return only


@pytest.mark.parametrize("name", [*LOCKS, IMAGE])
def test_every_version_is_exact(name: str) -> None:
    assert [str(each) for each in requirements(name) if not EXACT.match(str(each.specifier))] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_every_entry_has_hashes_and_no_list_names_a_registry(lock: str) -> None:
    text = (ROOT / lock).read_text().replace("\\\n", " ")
    entries = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert [entry for entry in entries if not re.search(r" --hash=sha256:[0-9a-f]{64}", entry)] == []
    assert "://" not in text + (ROOT / LOCKS[lock]).read_text()


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_is_current(lock: str) -> None:
    """Made from the list as it is now: `make lock` writes down the hash of what it has read."""
    written = (ROOT / LOCKS[lock]).read_text().splitlines(keepends=True)
    digest = hashlib.sha256("".join(line for line in written if not line.startswith("#")).encode())
    assert f"{LOCKS[lock]}: {digest.hexdigest()}" in (ROOT / lock).read_text(), "run `make lock`"


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_keeps_to_what_is_asked_for(lock: str) -> None:
    locked = versions(lock)
    asked = requirements(LOCKS[lock])
    assert [
        str(r) for r in asked if not all(map(r.specifier.contains, locked.get(normal(r.name), {""})))
    ] == []


def test_tests_run_what_is_deployed() -> None:
    """The environment of the tests has the packages of `pulumi up` in the same versions."""
    tested, deployed = versions("requirements-dev.txt"), versions("requirements.txt")
    assert {name: tested.get(name) for name in deployed} == deployed


def test_the_image_has_the_versions_that_the_emulator_runs() -> None:
    """Otherwise `make up` proves something that is not deployed."""
    emulated, deployed = versions("emulator/airflow-requirements.txt"), versions(IMAGE)
    assert {name: emulated.get(name) for name in deployed} == deployed


def test_the_image_starts_from_the_airflow_that_it_pins() -> None:
    pinned = version(IMAGE, "apache-airflow")
    dockerfile = (ROOT / "image" / "Dockerfile").read_text()
    assert re.search(rf"^FROM apache/airflow:{re.escape(pinned)}(@sha256:[0-9a-f]{{64}})?$", dockerfile, re.M)


def test_the_stacks_deploy_the_airflow_that_the_emulator_runs() -> None:
    emulated = version("emulator/airflow-requirements.txt", "apache-airflow")
    for stack in (ROOT / "stacks").glob("Pulumi.*.yaml"):
        assert f'version: "{emulated}"' in stack.read_text(), stack.name
