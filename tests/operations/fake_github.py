"""A loopback server that answers like GitHub's REST API for comments and issues of one repository."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

REPOSITORY = "platform/airflow"
TOKEN = "token-of-the-fake-github"
PAGE = 2
"""Entries a page, whatever is asked for: paging must not depend on its size."""


def by(login: str, number: int, body: str, **more: Any) -> dict[str, Any]:
    """A comment or an issue."""
    return {"id": number, "number": number, "user": {"login": login}, "body": body, **more}


@dataclass
class FakeGitHub:
    """Lists by their path, such as `/issues/7/comments`; what is written is noted and added."""

    lists: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    environments: dict[str, dict[str, Any]] = field(default_factory=dict)
    written: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    refuses: int | None = None
    """A status that every request gets."""
    url: str = ""

    def write(self, method: str, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """The status, and what now stands."""
        if len(body.get("body", "")) > 65_536:
            return 422, {"message": "Body is too long (maximum is 65536 characters)"}
        self.written.append((method, path, body))
        return (201 if method == "POST" else 200), {**body, "html_url": f"https://github.invalid{path}"}


class _Handler(BaseHTTPRequestHandler):
    fake: FakeGitHub

    def _answer(self, status: int, body: Any, **headers: str) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def _refused(self) -> bool:
        if self.fake.refuses:
            self._answer(self.fake.refuses, {"message": "Resource not accessible by integration"})
        elif self.headers["Authorization"] != f"Bearer {TOKEN}":
            self._answer(401, {"message": "Bad credentials"})
        else:
            return False
        return True

    def _path(self) -> str:
        return urlsplit(self.path).path.removeprefix(f"/repos/{REPOSITORY}")

    def do_GET(self) -> None:
        if self._refused():
            return
        if self._path().startswith("/environments/"):
            found = self.fake.environments.get(self._path().removeprefix("/environments/"))
            self._answer(200 if found else 404, found or {"message": "Not Found"})
            return
        page = int(parse_qs(urlsplit(self.path).query).get("page", ["1"])[0])
        entries = self.fake.lists.get(self._path(), [])
        more = f'<{self.fake.url}{urlsplit(self.path).path}?page={page + 1}>; rel="next"'
        headers = {"Link": more} if len(entries) > page * PAGE else {}
        self._answer(200, entries[(page - 1) * PAGE : page * PAGE], **headers)

    def _write(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if not self._refused():
            self._answer(*self.fake.write(self.command, self._path(), body))

    do_POST = do_PATCH = _write

    def log_message(self, format: str, *args: object) -> None: ...


@contextmanager
def serving(fake: FakeGitHub) -> Iterator[FakeGitHub]:
    """The server, on a free port, until the block ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"fake": fake}))
    fake.url = f"http://127.0.0.1:{server.server_port}"
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
