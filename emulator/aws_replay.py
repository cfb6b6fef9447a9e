"""WSGI layer around the AWS server: keeps the requests that changed something and plays them again."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable
from html import unescape
from typing import Any

from werkzeug.test import EnvironBuilder, run_wsgi_app

from emulator.aws_journal import Request, RequestJournal
from emulator.aws_signature import read_body

KEPT_TARGETS = {
    "AmazonSSM": {"PutParameter", "DeleteParameter", "DeleteParameters", "AddTagsToResource"},
    "TrentService": {
        *{"CreateKey", "CreateAlias", "UpdateAlias", "DeleteAlias", "PutKeyPolicy"},
        *{"EnableKeyRotation", "ScheduleKeyDeletion"},
    },
}
"""Services that speak JSON, by the name in `X-Amz-Target`, and their requests that change something."""

PASSED_HEADERS = ("AUTHORIZATION", "HOST", "CONTENT_ENCODING")


class Recorded:
    """Calls the application and, if it agreed, keeps what was asked."""

    def __init__(self, application: Any, journal: RequestJournal) -> None:
        self._application = application
        self._journal = journal

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] in ("GET", "HEAD") or environ["PATH_INFO"].startswith("/moto-api"):
            return self._application(environ, start_response)
        request = _request(environ)
        status: list[str] = []

        def started(line: str, *rest: Any) -> Any:
            status.append(line)
            return start_response(line, *rest)

        answer = b"".join(self._application(environ, started))
        if status and status[0].startswith("2"):
            self._keep(request)
        return [answer]

    def replay(self) -> None:
        """Plays every kept request; one that is refused now is left out."""
        for request in self._journal:
            self._send(request)

    def _send(self, request: Request) -> bytes:
        headers = {name.replace("_", "-"): value for name, value in request.headers.items()}
        environ = EnvironBuilder(
            method=request.method,
            query_string=request.query,
            headers=list(headers.items()),
            input_stream=io.BytesIO(request.body),
            content_length=len(request.body),
        ).get_environ()
        environ["PATH_INFO"] = request.path
        environ["RAW_URI"] = environ["REQUEST_URI"] = request.raw_path
        return b"".join(run_wsgi_app(self._application, environ, buffered=True)[0])

    def _keep(self, request: Request) -> None:
        target = request.headers.get("X_AMZ_TARGET", "")
        service, _, action = target.partition(".")
        if target:
            if action in KEPT_TARGETS.get(service, ()):
                self._keep_json(service, action, request)
        elif "/s3/" in request.headers.get("AUTHORIZATION", ""):
            self._keep_s3(request)

    def _keep_json(self, service: str, action: str, request: Request) -> None:
        body = json.loads(request.body or b"{}")
        if action in ("DeleteParameter", "DeleteParameters"):
            names = [body["Name"]] if "Name" in body else body["Names"]
            self._journal.drop(*(f"{service}\n{name}" for name in names))
            return
        if action == "DeleteAlias":
            self._journal.drop(f"{service}\n{body['AliasName']}")
            return
        if action == "CreateKey":
            thing = request.headers.get("X_EMULATOR_KEY_ID", "")
        else:
            thing = next(
                (str(body[k]) for k in ("Name", "AliasName", "KeyId", "ResourceId") if k in body), ""
            )
        self._journal.put(f"{service}\n{thing}\n{action}", request)

    def _keep_s3(self, request: Request) -> None:
        thing = f"s3\n{request.path.rstrip('/')}"
        if request.method == "DELETE" and not request.query:
            self._journal.drop(thing)
        elif request.method == "DELETE":
            self._journal.drop(f"{thing}\n?{request.query}")
        elif request.method == "POST" and request.query.startswith("delete"):
            keys = re.findall(rb"<Key>(.*?)</Key>", request.body, re.DOTALL)
            # WSGI hands paths over as if their bytes were Latin-1.
            names = [unescape(key.decode()).encode().decode("latin-1") for key in keys]
            self._journal.drop(*(f"{thing}/{name}" for name in names))
        elif "X_AMZ_COPY_SOURCE" in request.headers or "uploadId=" in request.query:
            if request.method == "POST" or "uploadId=" not in request.query:
                self._keep_result(thing, request)
        elif request.method == "PUT":
            self._journal.put(f"{thing}\n{request.query and '?' + request.query}", request)

    def _keep_result(self, thing: str, request: Request) -> None:
        """An upload in parts has a random identifier, and the source of a copy may be gone by the next start:
        what came out of them is kept as one object."""
        plain = {name: value for name, value in request.headers.items() if name in PASSED_HEADERS}
        body = self._send(Request("GET", request.path, request.raw_path, "", plain, b""))
        self._journal.put(f"{thing}\n", Request("PUT", request.path, request.raw_path, "", plain, body))


def _request(environ: dict[str, Any]) -> Request:
    body = read_body(environ)
    headers = {name[5:]: str(value) for name, value in environ.items() if name.startswith("HTTP_")}
    headers.pop("TRANSFER_ENCODING", None)
    if environ.get("CONTENT_TYPE"):
        headers["CONTENT_TYPE"] = environ["CONTENT_TYPE"]
    path, query = environ["PATH_INFO"], environ.get("QUERY_STRING", "")
    raw_path = environ.get("RAW_URI", path).split("?", 1)[0]
    return Request(environ["REQUEST_METHOD"], path, raw_path, query, headers, body)
