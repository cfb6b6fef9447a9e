"""A loopback server that answers like Airflow 3.3's public API, with faults that a test chooses."""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PASSWORD = "correct-horse"
TOKEN = "token-of-the-fake"
RUN = r"/api/v2/dags/smoke/dagRuns/([\w-]+)"


def _task(task_id: str, state: str = "success", try_number: int = 1) -> dict[str, Any]:
    return {"task_id": task_id, "state": state, "try_number": try_number}


@dataclass
class FakeAirflow:
    """What the server knows. `variables` stands for the secrets backend; faults are set on the fields."""

    version: str = "3.3.2"
    sick: dict[str, Any] = field(default_factory=dict)
    known: bool = True
    paused: bool = True
    import_errors: list[dict[str, str]] = field(default_factory=list)
    run_state: str = "success"
    tasks: dict[str, dict[str, Any]] = field(
        default_factory=lambda: {
            "say_hello": _task("say_hello"),
            "read_variable": _task("read_variable"),
            "wait_in_triggerer": _task("wait_in_triggerer"),
            "fail_once": _task("fail_once", try_number=2),
        }
    )
    event: str | None = "2026-01-01 00:00:02+00:00"
    greets: bool = True
    in_database: bool = False
    log_tail: list[Any] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)
    conf: dict[str, Any] = field(default_factory=dict)
    url: str = ""

    def answer(self, method: str, path: str, body: dict[str, Any]) -> tuple[int, Any]:
        """Status and body for a request that carries the token."""
        if path == "/api/v2/dags/smoke":
            if method == "PATCH":
                self.paused = body["is_paused"]
            dag = {"fileloc": "/opt/airflow/smoke/smoke.py", "is_paused": self.paused, "is_stale": False}
            return (200, dag) if self.known else (404, {"detail": "no such DAG"})
        if path == "/api/v2/importErrors":
            return 200, {"import_errors": self.import_errors}
        if path == "/api/v2/dags/smoke/dagRuns" and method == "POST":
            self.conf = body["conf"]
            return (409, {"detail": "paused"}) if self.paused else (200, {})
        if path.startswith("/api/v2/variables/"):
            return (200, {}) if self.in_database else (404, {})
        return self._answer_run(path)

    def _answer_run(self, path: str) -> tuple[int, Any]:
        if re.fullmatch(RUN, path):
            return 200, {"state": self.run_state}
        if re.fullmatch(RUN + "/taskInstances", path):
            return 200, {"task_instances": list(self.tasks.values())}
        if found := re.fullmatch(RUN + r"/taskInstances/(\w+)/xcomEntries/return_value", path):
            value = self._returned(found[2])
            return (200, {"value": value}) if value is not None else (404, {})
        if found := re.fullmatch(RUN + r"/taskInstances/(\w+)/logs/\d", path):
            greeting = [{"event": f"hello from {found[1]}"}] if self.greets else [{"event": "nothing"}]
            return 200, {"content": [*greeting, *self.log_tail]}
        return 404, {"detail": path}

    def _returned(self, task: str) -> str | None:
        if task == "read_variable":
            return self.variables.get(self.conf.get("variable", "smoke"))
        return self.event if task == "wait_in_triggerer" else None

    def health(self) -> dict[str, Any]:
        """Every component, the sick ones as they are."""
        names = ("metadatabase", "scheduler", "triggerer", "dag_processor")
        return {name: {"status": "healthy"} for name in names} | self.sick


@contextmanager
def serving(fake: FakeAirflow) -> Iterator[FakeAirflow]:
    """The fake on a free loopback port; its `url` is set."""

    class Handler(BaseHTTPRequestHandler):
        def _handle(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"{}")
            path = self.path.split("?")[0]
            if path == "/auth/token":
                good = body == {"username": "admin", "password": PASSWORD}
                self._send(201 if good else 401, {"access_token": TOKEN} if good else {"detail": "Invalid"})
            elif path == "/api/v2/version":
                self._send(200, {"version": fake.version})
            elif path == "/api/v2/monitor/health":
                self._send(200, fake.health())
            elif self.headers.get("Authorization") != f"Bearer {TOKEN}":
                self._send(401, {"detail": "Not authenticated"})
            else:
                self._send(*fake.answer(self.command, path, body))

        do_GET = do_POST = do_PATCH = _handle

        def _send(self, status: int, body: Any) -> None:
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:
            """Quiet: pytest's output is for failures."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    fake.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
