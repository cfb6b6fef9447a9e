"""DAGs from YAML: each file in `pipelines/` is one DAG, for people who write no Python.

A file with a mistake gives no DAG, and an error in the DAG processor's log that names it; the others are not
touched. (An exception here would take all of them away.)
"""

import logging
from datetime import datetime, timedelta
from pathlib import Path

import yaml
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

FOLDER = Path(__file__).with_name("pipelines")
KEYS = {"schedule", "description", "steps"}
STEP_KEYS = {"name", "command", "after"}


def build(name, pipeline):
    """The DAG of one file. Raises ValueError for a key or a step that it does not know."""
    _only(KEYS, pipeline, name)
    dag = DAG(
        dag_id=f"example_yaml_{name}",
        description=pipeline.get("description"),
        schedule=pipeline.get("schedule"),
        start_date=datetime(2026, 1, 1),
        catchup=False,
        default_args={"owner": "data-platform", "retries": 2, "retry_delay": timedelta(minutes=1)},
        tags=["example", "yaml"],
    )
    steps = {}
    for step in pipeline["steps"]:
        _only(STEP_KEYS, step, name)
        steps[step["name"]] = BashOperator(task_id=step["name"], bash_command=step["command"], dag=dag)
        for before in step.get("after", []):
            if before not in steps:
                raise ValueError(f"{name}: step {step['name']} comes after {before}, which is not above it")
            steps[before] >> steps[step["name"]]
    return dag


def _only(known, given, name):
    unknown = sorted(set(given) - known)
    if unknown:
        raise ValueError(f"{name}: unknown {', '.join(unknown)}; there is {', '.join(sorted(known))}")


for file in sorted(FOLDER.glob("*.yaml")):
    try:
        built = build(file.stem, yaml.safe_load(file.read_text()))
    except (ValueError, KeyError, TypeError, yaml.YAMLError) as problem:
        logging.getLogger(__name__).error("%s gives no DAG: %s", file.name, problem)
    else:
        globals()[built.dag_id] = built
