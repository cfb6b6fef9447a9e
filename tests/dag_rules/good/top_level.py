"""Works when its task runs, not when it is read."""

import time
from datetime import datetime, timedelta

from airflow.sdk import dag, task


@dag(
    schedule="@daily",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    default_args={"owner": "sales", "retries": 2, "retry_delay": timedelta(minutes=1)},
    tags=["sales"],
    doc_md=__doc__,
)
def good_top_level():
    @task
    def wait():
        time.sleep(1.5)

    wait()


good_top_level()
