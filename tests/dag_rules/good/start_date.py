"""Begins at a date with a name and a time zone, moved by a fixed time."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

BEGIN = datetime(2026, 1, 1, tzinfo=ZoneInfo("Europe/Berlin"))

with DAG(
    "good_start_date",
    schedule="@daily",
    start_date=BEGIN + timedelta(days=1),
    catchup=False,
    default_args={"owner": "sales", "retries": 2, "retry_delay": timedelta(minutes=1)},
    tags=["sales"],
    description="Counts yesterday's sales.",
):
    BashOperator(task_id="count", bash_command="true")
