"""An example of a small daily pipeline in the TaskFlow style: extract, transform per source, load.

The tasks pass small values through XCom; real data belongs into a bucket, and only its address is passed.
"""

from datetime import datetime, timedelta

from airflow.sdk import dag, task

SOURCES = {"north": [3, 5, 8], "south": [2, 7]}


@dag(
    dag_id="example_etl",
    schedule="@daily",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    default_args={"owner": "data-platform", "retries": 2, "retry_delay": timedelta(minutes=1)},
    tags=["example"],
    doc_md=__doc__,
)
def example_etl():
    @task
    def extract():
        return [{"source": name, "amounts": amounts} for name, amounts in SOURCES.items()]

    @task(multiple_outputs=False)  # the dict is one result, not one result per key
    def transform(batch):
        return {"source": batch["source"], "total": sum(batch["amounts"])}

    @task
    def load(totals):
        return sum(row["total"] for row in totals)

    load(transform.expand(batch=extract()))


example_etl()
