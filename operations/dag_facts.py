"""What Airflow itself finds in DAG files, read in its own environment by `image/read_dags.py`."""

import os
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, TypeAdapter

from operations.errors import OperationError

ROOT = Path(__file__).resolve().parents[1]
AIRFLOW_PYTHON = ROOT / ".venv-airflow" / "bin" / "python"
READER = ROOT / "image" / "read_dags.py"
PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TZ")
"""A pull request's DAG files run here: they see no credentials, and no settings of another Airflow."""


class TaskFacts(BaseModel):
    """A task; None is what neither it nor its DAG's default_args state."""

    task_id: str
    owner: str
    start_date: bool
    """Whether it has one."""
    retries: int | None
    retry_delay_seconds: float | None


class DagFacts(BaseModel):
    """A DAG as Airflow built it."""

    dag_id: str
    line: int
    """Where its file makes it."""
    given: list[str]
    """Names of the arguments that were given."""
    start_date: bool
    """Whether it has one."""
    default_retries: int | None
    """`retries` of the default_args."""
    tags: list[str]
    description: str
    """`description`, or else `doc_md`."""
    tasks: list[TaskFacts]


class FileFacts(BaseModel):
    """A file that Airflow would read."""

    file: str
    """Absolute path."""
    seconds: float
    """Time of its top level and of building its DAGs, without the import of Airflow's own modules; for a slow
    file the shortest of three."""
    errors: list[str]
    """Import errors as Airflow shows them."""
    made: dict[str, int]
    """Id and line of each DAG, also of one that Airflow then refuses."""
    dags: list[DagFacts]


def read_facts(folders: Sequence[Path], slow_seconds: float) -> list[FileFacts]:
    """Every file that Airflow would read in the folders (`.airflowignore` holds). Raises OperationError."""
    for folder in folders:
        if not folder.is_dir():
            raise OperationError(f"{folder}: no such folder")
    if not AIRFLOW_PYTHON.exists():
        raise OperationError(
            f"{AIRFLOW_PYTHON.relative_to(ROOT)}: no Airflow here; run scripts/setup.sh airflow"
        )
    with tempfile.TemporaryDirectory(prefix="dag-check-") as home:
        environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        environment |= {
            "AIRFLOW_HOME": home,
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "PYTHONDONTWRITEBYTECODE": "1",
            # The line in the file itself, however deep in a library the error is; the default is two frames.
            "AIRFLOW__CORE__DAGBAG_IMPORT_ERROR_TRACEBACK_DEPTH": "100",
        }
        read = subprocess.run(
            [AIRFLOW_PYTHON, READER, str(slow_seconds), *map(str, folders)],
            env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
    if read.returncode:
        raise OperationError(
            f"DAG files cannot be read: {(read.stderr.strip() or 'no reason given').splitlines()[-1]}"
        )
    return TypeAdapter(list[FileFacts]).validate_json(read.stdout)
