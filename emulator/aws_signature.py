"""Who may ask the AWS server: whoever signs with the stack's own secret key, as on AWS (Signature Version 4).

A loopback port is open to every user of the machine, and behind this one lie the stack's secrets.
Pre-signed URLs are refused: by default boto3 signs them in an older way.
"""

from __future__ import annotations

import hmac
import io
import json
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from emulator.files import write_private

_SCHEME = "AWS4-HMAC-SHA256 "
_TYPE = "AccessDeniedException"
_REFUSAL = {"__type": _TYPE, "message": "this request is not signed with the secret key of the stack"}


def secret_key(folder: Path) -> str:
    """The stack's secret access key, drawn when it is first asked for and kept in a private file."""
    file = folder / "secret-access-key"
    if not file.exists():
        write_private(file, secrets.token_urlsafe(30))
    return file.read_text()


class Guarded:
    """Answers 403 to what is not signed with the secret key; the rest goes to the application."""

    def __init__(self, application: Any, key: str) -> None:
        self._application = application
        self._key = key

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if self._signed(environ, read_body(environ)):
            return self._application(environ, start_response)
        start_response("403 Forbidden", [("Content-Type", "application/json"), ("x-amzn-ErrorType", _TYPE)])
        return [json.dumps(_REFUSAL).encode()]

    def _signed(self, environ: Mapping[str, Any], body: bytes) -> bool:
        try:
            claim = _claim(environ["HTTP_AUTHORIZATION"])
            expected = self._signature(claim, environ, body)
        except (KeyError, ValueError):
            return False  # no signature, or something that is none
        return hmac.compare_digest(claim["Signature"].encode(), expected.encode())

    def _signature(self, claim: Mapping[str, str], environ: Mapping[str, Any], body: bytes) -> str:
        key_id, _, region, service, _ = claim["Credential"].split("/")
        headers = {name: _header(environ, name) for name in claim["SignedHeaders"].split(";")}
        uri = environ.get("RAW_URI") or environ["PATH_INFO"]
        request = AWSRequest(environ["REQUEST_METHOD"], f"http://{headers['host']}{uri}", headers, body)
        request.context["timestamp"] = headers["x-amz-date"]
        # The signer of S3 leaves a path as it came; all other services are asked at "/".
        auth = S3SigV4Auth(Credentials(key_id, self._key), service, region)
        return str(auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request))


def read_body(environ: dict[str, Any]) -> bytes:
    """The request's body; the next reader finds it whole again."""
    length, stream = environ.get("CONTENT_LENGTH"), environ["wsgi.input"]
    if length:
        body = stream.read(int(length))
    else:
        body = stream.read() if environ.get("wsgi.input_terminated") else b""
    environ["wsgi.input"] = io.BytesIO(body)
    return body


def _claim(authorization: str) -> dict[str, str]:
    if not authorization.startswith(_SCHEME):
        raise ValueError("another scheme")
    parts = (part.strip().partition("=") for part in authorization.removeprefix(_SCHEME).split(","))
    return {name: value for name, _, value in parts}


def _header(environ: Mapping[str, Any], name: str) -> str:
    key = name.upper().replace("-", "_")
    return str(environ[key] if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else environ[f"HTTP_{key}"])
