"""How long Airflow takes to see a new DAG, and to run a task, in the stack that is up."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

from emulator import realise
from offline import ROOT
from operations.airflow_api import AirflowApi
from tests.bench.report import Measure, timed
from tests.bench.up_times import STACK

PATIENCE_SECONDS = 300
POLL_SECONDS = 0.2
DAG = """from airflow.sdk import dag, task


@dag(dag_id="{name}", schedule=None)
def made_for_the_benchmark():
    @task
    def nothing():
        return 1

    nothing()


made_for_the_benchmark()
"""


def measure(runs: int, home: Path) -> Iterator[Measure]:
    """Writes DAG files into dags/, and takes them away again."""
    target = realise.access(realise.machine_of(STACK, home=home))
    names = [f"bench_{time.time_ns()}_{run}" for run in range(runs)]
    waiting = iter(names)
    with AirflowApi(target.url) as api:
        api.login(target.username, target.password_file.read_text())
        try:
            yield timed("a new DAG seen", lambda: _seen(api, next(waiting)), runs)
            api.unpause(names[0])
            _done(api, names[0])
            yield timed("a triggered task done", lambda: _done(api, names[0]), max(runs, 5))
        finally:
            for name in names:
                _file(name).unlink(missing_ok=True)


def _file(name: str) -> Path:
    return ROOT / "dags" / f"{name}.py"


def _seen(api: AirflowApi, name: str) -> None:
    _file(name).write_text(DAG.format(name=name))
    _until(lambda: api.dag(name) is not None, f"{name} is seen")


def _done(api: AirflowApi, name: str) -> None:
    run = f"bench-{time.time_ns()}"
    api.trigger(name, run, {})
    _until(lambda: api.run_state(name, run) == "success", f"{name} succeeds")


def _until(true: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not true():
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not within {PATIENCE_SECONDS} s")
        time.sleep(POLL_SECONDS)
