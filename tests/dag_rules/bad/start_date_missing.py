"""Has no date to begin at."""

from datetime import timedelta

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

with DAG(
    "bad_start_date_missing",
    schedule="@daily",
    catchup=False,
    default_args={"owner": "sales", "retries": 2, "retry_delay": timedelta(minutes=1)},
    tags=["sales"],
    description="Counts yesterday's sales.",
):
    BashOperator(task_id="count", bash_command="true")
