"""Reads DAG files as the DAG processor does, and writes what it found as JSON: facts, no judgement.

Runs inside Airflow's own environment, so it imports nothing of this repository. Each file has its own
process: what one file imports, changes or breaks does not reach the next, and its time is its own.

    .venv-airflow/bin/python image/read_dags.py SLOW_SECONDS FOLDER...
"""

import functools
import json
import logging
import multiprocessing
import os
import sys
import time
from multiprocessing.connection import Connection
from pathlib import Path
from types import FrameType
from typing import Any

from airflow.dag_processing.dagbag import DagBag
from airflow.dag_processing.importers import get_importer_registry
from airflow.sdk import DAG
from airflow.utils.file import iter_airflow_imports

STUCK_SECONDS = 60
"""Airflow gives up on a file after 30 s ([core] dagbag_import_timeout); this ends one that catches that."""
READINGS_OF_A_SLOW_FILE = 3
"""A busy machine makes a file slow once; its own work makes it slow each time."""


def watch_dags(file: str) -> dict[int, dict[str, Any]]:
    """Notes which arguments each DAG is given, and where: a DAG does not know what is only a default."""
    seen: dict[int, dict[str, Any]] = {}
    original = DAG.__init__

    @functools.wraps(original)
    def noting(self: DAG, *arguments: Any, **given: Any) -> None:
        dag_id = given.get("dag_id", (*arguments, "")[0])
        line = line_in(file, sys._getframe(1))
        seen[id(self)] = {"dag_id": dag_id, "line": line, "given": sorted(given)}
        original(self, *arguments, **given)

    DAG.__init__ = noting
    return seen


def line_in(file: str, frame: FrameType | None) -> int:
    """The line of the file that leads to a frame; for a decorated function, the line of its decorator."""
    while frame:
        decorated = getattr(frame.f_locals.get("f"), "__code__", None)
        if decorated and decorated.co_filename == file:
            return decorated.co_firstlineno
        if frame.f_code.co_filename == file:
            return frame.f_lineno
        frame = frame.f_back
    return 1


def task_facts(task: Any) -> dict[str, Any]:
    """What a task or its DAG's default_args state; a mapped task keeps that elsewhere."""
    stated = getattr(task, "partial_kwargs", None) or getattr(task, "_BaseOperator__init_kwargs", {})
    delay = task.retry_delay if "retry_delay" in stated else None
    return {
        "task_id": task.task_id,
        "owner": task.owner,
        "start_date": bool(task.start_date),
        "retries": task.retries if "retries" in stated else None,
        "retry_delay_seconds": getattr(delay, "total_seconds", lambda: delay)(),
    }


def dag_facts(dag: DAG, seen: dict[int, dict[str, Any]]) -> dict[str, Any]:
    retries = (dag.default_args or {}).get("retries")
    return {
        **seen.get(id(dag), {"line": 1, "given": []}),
        "dag_id": dag.dag_id,
        "start_date": bool(dag.start_date),
        "default_retries": retries if isinstance(retries, int) else None,
        "tags": sorted(dag.tags),
        "description": dag.description or dag.doc_md or "",
        "tasks": [task_facts(task) for task in dag.tasks],
    }


def read(file: str, folder: str, answer: Connection) -> None:
    """In the file's own process: its facts into the pipe."""
    # As the processor does before it forks; what Airflow's own modules cost is not the file's work.
    for module in iter_airflow_imports(file):
        try:
            __import__(module)
        except Exception as problem:
            logging.getLogger(__name__).info("%s: %s", module, problem)
    seen = watch_dags(file)
    sys.path.insert(0, folder)
    begun = time.perf_counter()
    bag = DagBag(file, bundle_path=Path(folder), bundle_name="checked")
    seconds = time.perf_counter() - begun
    dags = [dag_facts(dag, seen) for _, dag in sorted(bag.dags.items())]
    made = {each["dag_id"]: each["line"] for each in seen.values()}
    answer.send({"seconds": seconds, "errors": list(bag.import_errors.values()), "made": made, "dags": dags})


def in_own_process(file: str, folder: str) -> dict[str, Any]:
    """The facts of one file. One that ends or blocks its process is an error of the file."""
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=read, args=(file, folder, sender))
    process.start()
    sender.close()
    try:
        answer = receiver.recv() if receiver.poll(STUCK_SECONDS) else "it does not come to an end"
    except EOFError:
        process.join(STUCK_SECONDS)
        answer = f"it ends the process that reads it (exit code {process.exitcode})"
    process.kill()
    process.join()
    if isinstance(answer, str):
        return {"seconds": 0.0, "errors": [answer], "made": {}, "dags": []}
    return answer


def facts(file: str, folder: str, slow_seconds: float) -> dict[str, Any]:
    found = in_own_process(file, folder)
    for _ in range(READINGS_OF_A_SLOW_FILE - 1):
        if found["errors"] or found["seconds"] <= slow_seconds:
            break
        again = in_own_process(file, folder)
        found["seconds"] = min(found["seconds"], again["seconds"])
    return {"file": file, **found}


def main(slow_seconds: str, *folders: str) -> None:
    # What a file prints and what Airflow logs goes to stderr: stdout is the answer, and nothing else.
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    registry = get_importer_registry()
    found = [
        facts(file, folder, float(slow_seconds))
        for folder in map(os.path.abspath, folders)
        for file in sorted(registry.list_dag_files(folder, safe_mode=True))
    ]
    json.dump(found, answer)


if __name__ == "__main__":
    main(*sys.argv[1:])
