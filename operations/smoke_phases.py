"""The smoke test's phases. Each judges a trace that only a working part can leave, not a green state."""

import contextlib
import secrets
from collections.abc import Sequence
from typing import Any

from operations.airflow_api import AirflowApi, ApiError
from operations.smoke_aws import AWS_ERRORS, Aws
from operations.smoke_report import Target
from operations.smoke_runner import Deadline, Failed, Skipped, Step

DAG = "smoke"
COMPONENTS = ("metadatabase", "scheduler", "triggerer", "dag_processor")
SETTLE_SECONDS = 60
"""Longest wait for what settles by itself after a start: heartbeats, the first parse of the DAG."""
UPLOAD_SECONDS = 30
"""Longest wait for a log: Airflow uploads it after it has reported the task's end."""


class Phases:
    """The steps of one test of one target, with the random names that make its run unlike any other."""

    def __init__(self, target: Target, api: AirflowApi, aws: Aws) -> None:
        self._target, self._api, self._aws = target, api, aws
        self._deadline = Deadline(target.timeout_seconds)
        token = secrets.token_hex(4)
        self._run_id = f"smoke-{token}"
        self._greeting = f"hello from {self._run_id}"
        self._marked = target.ssm_prefix is not None
        self._variable = f"smoke_{token}"
        self._marker = f"marker-{secrets.token_hex(16)}"

    def steps(self) -> Sequence[Step]:
        """In the order in which a failure explains the ones that would follow."""
        return (
            ("version", self._version),
            ("health", self._health),
            ("login", self._login),
            ("dag", self._dag_is_known),
            ("variable", self._put_marker),
            ("trigger", self._trigger),
            ("run", self._run_succeeds),
            ("secrets backend", self._marker_came_back),
            ("triggerer", self._was_resumed),
            ("retry", self._was_retried),
            ("log by API", self._log_is_readable),
            ("log in bucket", self._log_is_kept),
        )

    def clean_up(self) -> None:
        """Removes the marker. A marker that stays is a harmless string of one run, no reason to fail."""
        if self._marked:
            with contextlib.suppress(*AWS_ERRORS):
                self._aws.remove_variable(self._variable)

    def _version(self) -> str:
        found, wanted = self._api.version(), self._target.version
        if wanted and found != wanted:
            raise Failed(f"Airflow is {found}, expected {wanted}")
        return f"Airflow {found}"

    def _health(self) -> str:
        ill: dict[str, str] = {}

        def check() -> str | None:
            health = self._api.health()
            ill.clear()
            for name in COMPONENTS:
                # A component that never ran is answered as null or left out.
                status = (health.get(name) or {}).get("status") or "never seen"
                if status != "healthy":
                    ill[name] = status
            return None if ill else ", ".join(COMPONENTS)

        healthy = self._deadline.until(check, SETTLE_SECONDS)
        if healthy is None:
            raise Failed(", ".join(f"{name} is {status}" for name, status in ill.items()))
        return healthy

    def _login(self) -> str:
        if self._target.token:
            self._api.use_token(self._target.token)
            return "with the given token"
        self._api.login(self._target.username, self._target.password)
        return f"as {self._target.username}"

    def _dag_is_known(self) -> str:
        def check() -> str | None:
            dag = self._api.dag(DAG)
            if dag is None or dag.get("is_stale"):
                return None
            if dag["is_paused"]:
                self._api.unpause(DAG)
            return str(dag["fileloc"])

        found = self._deadline.until(check, SETTLE_SECONDS)
        if found is None:
            errors = "\n".join(self._api.import_errors())
            raise Failed(f"the DAG {DAG} is not known", errors.splitlines())
        return found

    def _put_marker(self) -> str:
        if not self._marked:
            raise Skipped("no SSM prefix given; the DAG reads a Variable `smoke` if there is one")
        self._aws.put_variable(self._variable, self._marker)
        return f"marker in SSM: {self._aws.parameter(self._variable)}"

    def _trigger(self) -> str:
        conf = {"variable": self._variable} if self._marked else {}
        self._api.trigger(DAG, self._run_id, conf)
        return self._run_id

    def _run_succeeds(self) -> str:
        def check() -> str | None:
            state = self._api.run_state(DAG, self._run_id)
            return state if state in ("success", "failed") else None

        state = self._deadline.until(check, self._target.timeout_seconds)
        tasks = self._api.task_instances(DAG, self._run_id)
        states = ", ".join(f"{name} {task['state'] or 'waits'}" for name, task in sorted(tasks.items()))
        if state == "success":
            return states
        bad = [name for name, task in tasks.items() if task["state"] == "failed"]
        # Without a failed task the interesting log is that of one that hangs; queued ones have none.
        bad = bad or [name for name, task in tasks.items() if task["state"] in ("running", "deferred")]
        reason = f"the run failed: {states}" if state else f"the run did not end in time: {states}"
        if not bad:
            raise Failed(reason)
        lines = self._log_of(bad[0], max(1, tasks[bad[0]]["try_number"]))
        raise Failed(f"{reason}; log of {bad[0]}:", lines)

    def _returned(self, task: str) -> Any:
        return self._api.returned(DAG, self._run_id, task)

    def _marker_came_back(self) -> str:
        value = self._returned("read_variable")
        if not self._marked:
            if value is None:
                raise Skipped("no SSM prefix given and no Variable `smoke`")
            return "a Variable `smoke` was read (where it lives was not checked)"
        if value != self._marker:
            raise Failed(
                "the task did not return the marker that was put into SSM", self._log_of("read_variable")
            )
        if self._api.has_variable(self._variable):
            raise Failed(f"the Variable {self._variable} lies in the metadata database")
        return "the task returned the marker that lives in SSM only"

    def _was_resumed(self) -> str:
        moment = self._returned("wait_in_triggerer")
        if not moment:
            raise Failed(
                "the task ended without an event of the triggerer", self._log_of("wait_in_triggerer")
            )
        return f"resumed by the event {moment}"

    def _was_retried(self) -> str:
        task = self._api.task_instances(DAG, self._run_id)["fail_once"]
        if task["try_number"] != 2:
            raise Failed(
                f"fail_once ended on attempt {task['try_number']}, expected 2", self._log_of("fail_once")
            )
        return "failed once, succeeded on attempt 2"

    def _log_is_readable(self) -> str:
        seen: list[str] = []

        def check() -> str | None:
            seen[:] = self._api.log(DAG, self._run_id, "say_hello", 1)
            return next((line for line in seen if self._greeting in line), None)

        line = self._deadline.until(check, UPLOAD_SECONDS)
        if line is None:
            raise Failed("the log of say_hello lacks the line that the task wrote", seen)
        return line

    def _log_is_kept(self) -> str:
        if self._target.bucket is None:
            raise Skipped("no bucket given")
        key = self._aws.log_key(DAG, self._run_id, "say_hello")
        where = f"s3://{self._target.bucket}/{key}"
        seen: list[str] = []

        def check() -> str | None:
            text = self._aws.read_object(key)
            seen[:] = (text or "").splitlines()
            return where if text and self._greeting in text else None

        found = self._deadline.until(check, UPLOAD_SECONDS)
        if found is None:
            reason = "lacks the line that the task wrote" if seen else "does not exist"
            raise Failed(f"{where} {reason}", seen or self._log_of("say_hello"))
        return found

    def _log_of(self, task: str, attempt: int = 1) -> list[str]:
        try:
            return self._api.log(DAG, self._run_id, task, attempt)
        except ApiError as error:
            return [f"(the log of {task} cannot be read: {error})"]
