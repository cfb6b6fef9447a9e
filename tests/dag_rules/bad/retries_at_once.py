"""Retries after a delay that nobody stated."""

from datetime import datetime

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

with DAG(
    "bad_retries_at_once",
    schedule="@daily",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    default_args={"owner": "sales", "retries": 2},
    tags=["sales"],
    description="Counts yesterday's sales.",
):
    BashOperator(task_id="count", bash_command="true")
