"""What can be known before anything starts: a run that cannot end well says so and changes nothing."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping

from emulator import postgres_server
from emulator.airflow_substitutions import airflow_environment, image_environment
from emulator.backends import cache
from emulator.errors import ELSEWHERE, EmulatorError
from emulator.paths import State
from offline.program import stack_config

FREE_MIB = 300
"""A new stack holds about 50 MiB (measured: `du` after its smoke test); the rest is for logs and tasks."""


def check(state: State, overrides: Mapping[str, object] | None = None) -> None:
    """Raises EmulatorError with the remedy, or OSError where the state folder cannot be written."""
    values, _ = stack_config(state.stack, overrides)
    airflow, queue = (section(values.get(f"airflow:{key}")) for key in ("airflow", "cache"))
    executor = _text(airflow.get("executor"))
    _runs_tasks_here(executor)
    _has_room(state)
    image_environment()  # Airflow is there
    _has_version(_text(airflow.get("version")))
    _has_git(airflow.get("dags"))
    postgres_server.binaries()
    if "Celery" in executor:
        cache.server(_text(queue.get("engine")))


def section(value: str | None) -> dict[str, object]:
    """A settings' section before anything checked it: empty where it is none, which the rules then tell."""
    try:
        found = json.loads(value or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _runs_tasks_here(executor: str) -> None:
    if executor == "KubernetesExecutor":
        raise EmulatorError(
            "airflow:airflow.executor: KubernetesExecutor alone is not emulated, because its tasks are pods;"
            " CeleryExecutor, LocalExecutor and CeleryExecutor,KubernetesExecutor are."
        )


def _has_git(dags: object) -> None:
    sources = [source for source in dags if isinstance(source, Mapping)] if isinstance(dags, list) else []
    used = [_text(source.get("name")) for source in sources if source.get("source") in ("git", "git_sync")]
    if used and not shutil.which("git"):
        raise EmulatorError(f"there is no git on PATH, and the DAG source {used[0]} needs it; install git.")


def _has_room(state: State) -> None:
    probe = state.folder() / "probe"
    probe.write_bytes(os.urandom(4096))
    probe.unlink()
    free = shutil.disk_usage(state.root).free // 2**20
    if free < FREE_MIB:
        raise EmulatorError(
            f"{state.home} has {free} MiB left, and a stack needs {FREE_MIB}: free some, {ELSEWHERE}."
        )


def _has_version(wanted: str) -> None:
    """The image's version is the installed one: another Airflow would prove another stack."""
    folder = airflow_environment()
    found = sorted(folder.glob("lib/python*/site-packages/apache_airflow-*.dist-info"))
    installed = found[-1].name.removeprefix("apache_airflow-").removesuffix(".dist-info") if found else "none"
    if wanted and wanted != installed:
        raise EmulatorError(
            f"airflow:airflow.version: must be that of the Airflow in {folder.name}, {installed} (got"
            f" {wanted}); set that, or pin the other in emulator/airflow-requirements.txt and `make setup`."
        )
