"""Needs a package that the image may not have: the task imports it, and says so if it is missing."""

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
def good_import():
    @task
    def count():
        import a_package_that_nobody_has

        return a_package_that_nobody_has.count()

    count()


good_import()
