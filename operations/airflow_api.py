"""A small client of Airflow 3's public REST API (`/api/v2`) with a token of the auth manager (`/auth/token`).

Covers what the operations commands need. Errors say which request failed and what the server answered; they
never hold the password or the token, because neither is part of a path or of an answer that is quoted.
"""

from typing import Any

import httpx

LOOPBACK = ("localhost", "127.0.0.1", "::1")
READ_TRIES = 3
"""A busy api-server answers the next question where it let one wait too long; only reading is repeated."""
QUOTED_CHARACTERS = 300
"""How much of a server's answer goes into an error: enough for its `detail`, not a whole HTML page."""


class ApiError(Exception):
    """A request that was not answered, or not answered well. `status` is None if there was no answer."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class AirflowApi:
    """One connection. `url` is the UI's base URL, with its path if Airflow is served below one."""

    def __init__(self, url: str, *, transport: httpx.BaseTransport | None = None) -> None:
        address = httpx.URL(url.rstrip("/"))
        # A port-forward drops idle connections: one lost connection is no failed deployment.
        # Redirects are not followed, so plain HTTP never needs the authorities, which take 0.2 s to load.
        transport = transport or httpx.HTTPTransport(retries=2, verify=address.scheme == "https")
        # A proxy of the environment cannot reach this machine's own loopback.
        proxies = address.host not in LOOPBACK
        self._http = httpx.Client(base_url=address, timeout=15, transport=transport, trust_env=proxies)

    def __enter__(self) -> "AirflowApi":
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def login(self, username: str, password: str) -> None:
        """Takes a token for a user of FAB; every later request carries it."""
        answer = self._request("POST", "/auth/token", json={"username": username, "password": password})
        self.use_token(answer["access_token"])

    def use_token(self, token: str) -> None:
        """Takes a token that was issued elsewhere, as a deployment with single sign-on needs."""
        self._http.headers["Authorization"] = f"Bearer {token}"

    def version(self) -> str:
        """Airflow's version, such as 3.3.2."""
        return str(self._request("GET", "/api/v2/version")["version"])

    def health(self) -> dict[str, dict[str, Any]]:
        """Component to its status and last heartbeat; answered without a login."""
        return self._request("GET", "/api/v2/monitor/health")

    def dag(self, dag_id: str) -> dict[str, Any] | None:
        """The DAG as the processor stored it, None if it is not (yet) known."""
        return self._found(f"/api/v2/dags/{dag_id}")

    def unpause(self, dag_id: str) -> None:
        """Lets the scheduler run the DAG; new DAGs begin paused."""
        self._request("PATCH", f"/api/v2/dags/{dag_id}?update_mask=is_paused", json={"is_paused": False})

    def import_errors(self) -> list[str]:
        """Files that the DAG processor could not load, each with the end of its traceback."""
        found = self._request("GET", "/api/v2/importErrors")["import_errors"]
        return [f"{error['filename']}: {error['stack_trace'].strip()}" for error in found]

    def trigger(self, dag_id: str, run_id: str, conf: dict[str, Any]) -> None:
        """Starts a run. A manual run has no logical date: Airflow 3 wants that said."""
        body = {"dag_run_id": run_id, "logical_date": None, "conf": conf}
        self._request("POST", f"/api/v2/dags/{dag_id}/dagRuns", json=body)

    def run_state(self, dag_id: str, run_id: str) -> str:
        """queued, running, success or failed."""
        return str(self._request("GET", f"/api/v2/dags/{dag_id}/dagRuns/{run_id}")["state"])

    def task_instances(self, dag_id: str, run_id: str) -> dict[str, dict[str, Any]]:
        """Task id to its newest attempt: state, try_number, duration in seconds."""
        found = self._request("GET", f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances")
        return {instance["task_id"]: instance for instance in found["task_instances"]}

    def returned(self, dag_id: str, run_id: str, task_id: str) -> Any:
        """What the task returned, None if it returned nothing."""
        path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/xcomEntries/return_value"
        found = self._found(path)
        return found["value"] if found else None

    def has_variable(self, key: str) -> bool:
        """True if the Variable lies in the metadata database; a secrets backend's do not show here."""
        return self._found(f"/api/v2/variables/{key}") is not None

    def log(self, dag_id: str, run_id: str, task_id: str, attempt: int) -> list[str]:
        """The lines of one attempt's log, exceptions shortened to their type and text."""
        path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/logs/{attempt}"
        answer = self._request("GET", path, params={"full_content": "true"})
        return [_line(entry) for entry in answer["content"]]

    def _found(self, path: str) -> dict[str, Any] | None:
        try:
            return self._request("GET", path)
        except ApiError as error:
            if error.status == httpx.codes.NOT_FOUND:
                return None
            raise

    def _request(self, method: str, path: str, **options: Any) -> Any:
        what = f"{method} {path.split('?')[0]}"
        answer = self._answer(what, method, path, **options)
        if not answer.is_success:
            text = answer.text[:QUOTED_CHARACTERS].strip()
            raise ApiError(f"{what}: HTTP {answer.status_code}: {text}", answer.status_code)
        try:
            return answer.json()
        except ValueError as error:
            text = answer.text[:QUOTED_CHARACTERS].strip()
            raise ApiError(f"{what}: the answer is not JSON, is this Airflow's address? {text}") from error

    def _answer(
        self, what: str, method: str, path: str, tries: int = READ_TRIES, **options: Any
    ) -> httpx.Response:
        try:
            return self._http.request(method, path, headers={"Accept": "application/json"}, **options)
        except httpx.HTTPError as error:
            if isinstance(error, httpx.TimeoutException) and method == "GET" and tries > 1:
                return self._answer(what, method, path, tries - 1, **options)
            raise ApiError(f"{what}: {type(error).__name__}: {error}") from error


def _line(entry: Any) -> str:
    """One log entry as text: structured in general, a plain string where Airflow could not parse the file."""
    if not isinstance(entry, dict):
        return str(entry)
    causes = [
        f"{cause.get('exc_type')}: {cause.get('exc_value')}" for cause in entry.get("error_detail") or []
    ]
    return " | ".join([str(entry.get("event", "")), *causes])
