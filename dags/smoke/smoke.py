"""The smoke test's DAG: four tasks, each of which passes only if another part of the deployment works.

Run it with `python -m operations.smoke`, which checks what each task leaves behind. It needs nothing but
Airflow's standard provider and touches no data.
"""

import logging
from datetime import datetime, timedelta

from airflow.providers.standard.triggers.temporal import TimeDeltaTrigger
from airflow.sdk import BaseOperator, Variable, dag, get_current_context, task
from airflow.sdk.exceptions import AirflowException, AirflowSkipException

MISSING = "no such variable"


class WaitInTriggerer(BaseOperator):
    """Gives its worker slot back; only the triggerer's event brings the result."""

    def execute(self, context):
        self.defer(trigger=TimeDeltaTrigger(timedelta(seconds=2)), method_name="resumed")

    def resumed(self, context, event):
        return str(event)


@dag(
    dag_id="smoke",
    schedule=None,
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=3,
    dagrun_timeout=timedelta(minutes=10),
    default_args={"owner": "data-platform"},
    tags=["smoke"],
    doc_md=__doc__,
)
def smoke():
    @task(retries=0)  # a retry would hide the fault that this looks for
    def say_hello():
        """A worker takes a task, and its log reaches the bucket: the smoke test looks for this line."""
        run_id = get_current_context()["run_id"]
        logging.getLogger(__name__).info("hello from %s", run_id)
        return run_id

    @task(retries=0)
    def read_variable():
        """The secrets backend answers: the run's conf names a Variable that exists in SSM only."""
        name = (get_current_context()["dag_run"].conf or {}).get("variable", "smoke")
        value = Variable.get(name, default=MISSING)
        if value == MISSING and name == "smoke":
            raise AirflowSkipException("no Variable `smoke`: nothing to read")
        if value == MISSING:
            raise AirflowException(
                f"Variable {name} is not visible: secrets backend, its prefix or its rights"
            )
        return value

    @task(retries=1, retry_delay=timedelta(seconds=1))
    def fail_once():
        """The scheduler schedules a retry."""
        attempt = get_current_context()["ti"].try_number
        if attempt == 1:
            raise AirflowException("the first attempt fails on purpose")
        return attempt

    say_hello()
    read_variable()
    WaitInTriggerer(task_id="wait_in_triggerer", retries=0)
    fail_once()


smoke()
