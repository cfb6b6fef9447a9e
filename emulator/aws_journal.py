"""The kept requests of the AWS server: the newest one per thing, in the order of their last change."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emulator.files import write_private


@dataclass(frozen=True)
class Request:
    """What is needed to send a request again."""

    method: str
    path: str
    """Decoded, as WSGI's PATH_INFO."""
    raw_path: str
    """As it came, percent signs included: an S3 key may hold any character."""
    query: str
    headers: dict[str, str]
    body: bytes

    def to_json(self) -> dict[str, Any]:
        """As a line of the journal holds it."""
        return {**self.__dict__, "body": base64.b64encode(self.body).decode()}

    @staticmethod
    def from_json(value: dict[str, Any]) -> Request:
        """The reverse."""
        return Request(**{**value, "body": base64.b64decode(value["body"])})


class RequestJournal:
    """One line per change, `{"key": ..., "request": ... or null}`; folded to the newest at every start."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        kept = self._read()
        self._digests = {key: _digest(request) for key, request in kept.items()}
        write_private(path, "".join(_line(key, request) for key, request in kept.items()))

    def _read(self) -> dict[str, Request]:
        kept: dict[str, Request] = {}
        if not self._path.exists():
            return kept
        for line in self._path.read_text().splitlines():
            try:
                entry = json.loads(line)
            except ValueError:
                continue  # the last line of a server that was killed while it wrote
            kept.pop(entry["key"], None)
            if entry["request"]:
                kept[entry["key"]] = Request.from_json(entry["request"])
        return kept

    def __iter__(self) -> Iterator[Request]:
        return iter(list(self._read().values()))

    def put(self, key: str, request: Request) -> None:
        """Keeps the request as the newest of its key; the same one again writes nothing."""
        digest = _digest(request)
        with self._lock:
            if self._digests.get(key) != digest:
                self._append(_line(key, request))
                self._digests[key] = digest

    def drop(self, *prefixes: str) -> None:
        """Forgets the keys that are one of the prefixes or begin with one and a line end."""
        with self._lock:
            for key in [k for k in self._digests if any(k == p or k.startswith(f"{p}\n") for p in prefixes)]:
                self._append(_line(key, None))
                del self._digests[key]

    def _append(self, line: str) -> None:
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "a") as file:
            file.write(line)


def _line(key: str, request: Request | None) -> str:
    return json.dumps({"key": key, "request": request and request.to_json()}) + "\n"


def _digest(request: Request) -> str:
    # Headers carry times and signatures; a request is the same if it asks for the same.
    text = f"{request.method} {request.path}?{request.query}\n".encode()
    return hashlib.sha256(text + request.body).hexdigest()
