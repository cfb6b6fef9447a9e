"""DAG files that the running Airflow could not load. It is healthy all the same, so nothing else tells."""

from __future__ import annotations

from emulator.errors import EmulatorError
from emulator.machine import Machine
from emulator.realise import access
from operations.airflow_api import AirflowApi, ApiError


def lines(machine: Machine) -> list[str]:
    """One per file, with the end of its traceback; empty where Airflow cannot be asked."""
    try:
        target = access(machine)
        if not target.password_file.exists():  # single sign-on: there is nobody to ask as
            return []
        with AirflowApi(target.url) as api:
            api.login(target.username, target.password_file.read_text())
            return [_shortened(error) for error in api.import_errors()]
    except (EmulatorError, ApiError):
        return []


def _shortened(error: str) -> str:
    """`file: last line`; the whole traceback is in Airflow's UI."""
    file, _, trace = error.partition(": ")
    return f"{file}: {trace.splitlines()[-1].strip() if trace else 'cannot be loaded'}"
