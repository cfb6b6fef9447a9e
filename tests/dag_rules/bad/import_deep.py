"""Asks Airflow for a Variable each time it is read; what fails lies deep in Airflow."""

from datetime import datetime, timedelta

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG, Variable

COMMAND = Variable.get("sales_command")

with DAG(
    "bad_import_deep",
    schedule="@daily",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    default_args={"owner": "sales", "retries": 2, "retry_delay": timedelta(minutes=1)},
    tags=["sales"],
    description="Counts yesterday's sales.",
):
    BashOperator(task_id="count", bash_command=COMMAND)
