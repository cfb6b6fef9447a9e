"""Begins yesterday, each time it is read."""

from datetime import datetime, timedelta

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG, timezone

YESTERDAY = timezone.utcnow() - timedelta(days=1)


def days_ago(days):
    return datetime.now() - timedelta(days=days)


with DAG(
    "bad_start_date_moves",
    schedule="@daily",
    start_date=YESTERDAY,
    catchup=False,
    default_args={"owner": "sales", "retries": 2, "retry_delay": timedelta(minutes=1)},
    tags=["sales"],
    description="Counts yesterday's sales.",
):
    BashOperator(task_id="count", bash_command="true")
    BashOperator(task_id="late", bash_command="true", start_date=days_ago(2))
    BashOperator(task_id="later", bash_command="true", start_date=datetime.now())
