"""Waiting without holding a worker: the sensor hands its wait to the triggerer and gives its slot back.

A thousand of these cost one triggerer process, where a thousand ordinary sensors would cost a thousand slots.
"""

from datetime import datetime, timedelta

from airflow.providers.standard.sensors.date_time import DateTimeSensorAsync
from airflow.sdk import dag, get_current_context, task


@dag(
    dag_id="example_deferrable_sensor",
    schedule="@hourly",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    dagrun_timeout=timedelta(hours=2),
    default_args={"owner": "data-platform", "retries": 2, "retry_delay": timedelta(minutes=1)},
    tags=["example"],
    doc_md=__doc__,
)
def example_deferrable_sensor():
    # Five seconds after the run was asked for; other sensors take `deferrable=True` for the same.
    wait = DateTimeSensorAsync(
        task_id="wait",
        target_time="{{ dag_run.run_after + macros.timedelta(seconds=5) }}",
    )

    @task
    def go_on():
        return get_current_context()["run_id"]

    wait >> go_on()


example_deferrable_sensor()
