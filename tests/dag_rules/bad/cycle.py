"""Leads back to its first task."""

from datetime import datetime, timedelta

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

with DAG(
    "bad_cycle",
    schedule="@daily",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    default_args={"owner": "sales", "retries": 2, "retry_delay": timedelta(minutes=1)},
    tags=["sales"],
    description="Counts yesterday's sales.",
):
    fetch = BashOperator(task_id="fetch", bash_command="true")
    count = BashOperator(task_id="count", bash_command="true")
    fetch >> count
    count >> fetch
