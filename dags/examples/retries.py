"""Retries with growing pauses, and a callback for the failure that remains.

The source answers at its third call: the task is tried again after 1 s and after 2 s (a real one would begin
with a minute). With the parameter `give_up` it never answers, and `tell` is called once, after the last try.
"""

import logging
from datetime import datetime, timedelta

from airflow.sdk import Param, dag, get_current_context, task
from airflow.sdk.exceptions import AirflowException

ANSWERS_AT_CALL = 3


def tell(context):
    """Called by the worker when no retry is left: the place for a message to whoever is on call."""
    instance = context["ti"]
    logging.getLogger(__name__).error(
        "giving up: %s.%s after %s tries: %s",
        instance.dag_id,
        instance.task_id,
        instance.try_number,
        context.get("exception"),
    )


@dag(
    dag_id="example_retries",
    schedule=None,
    start_date=datetime(2026, 1, 1),
    catchup=False,
    params={"give_up": Param(False, type="boolean")},
    default_args={"owner": "data-platform"},
    tags=["example"],
    doc_md=__doc__,
)
def example_retries():
    @task(
        retries=3,
        retry_delay=timedelta(seconds=1),
        retry_exponential_backoff=2,  # each pause twice as long as the one before ...
        max_retry_delay=timedelta(seconds=10),  # ... up to this
        on_failure_callback=tell,
    )
    def call():
        context = get_current_context()
        attempt = context["ti"].try_number
        if context["params"]["give_up"] or attempt < ANSWERS_AT_CALL:
            raise AirflowException(f"no answer to call {attempt}")
        return attempt

    call()


example_retries()
