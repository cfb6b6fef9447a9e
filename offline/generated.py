"""Values of the random provider as a function of URN and inputs, so that a rotation shows in a graph."""

from __future__ import annotations

import base64
import hashlib
import json
import string
from collections.abc import Callable, Mapping
from typing import Any

from offline.graph import Resource, Secret, plain

_LETTERS_AND_DIGITS = string.ascii_letters + string.digits


def generated(resource: Resource) -> dict[str, Any]:
    """Outputs of a resource of the random provider. Raises LookupError for a type it does not know."""
    if resource.type not in _GENERATORS:
        raise LookupError(f"{resource.type}: no generator known; add one to offline/generated.py")
    return _GENERATORS[resource.type](resource)


def _stream(resource: Resource, length: int) -> bytes:
    seed = json.dumps([resource.urn, plain(resource.inputs)], sort_keys=True).encode()
    return hashlib.shake_256(seed).digest(length)


def _text(resource: Resource) -> str:
    length = int(plain(resource.inputs)["length"])
    return "".join(_LETTERS_AND_DIGITS[byte % 62] for byte in _stream(resource, length))


def _bytes(resource: Resource) -> dict[str, Any]:
    raw = _stream(resource, int(plain(resource.inputs)["length"]))
    return {
        "id": "none",
        "base64": Secret(base64.b64encode(raw).decode()),
        "hex": Secret(raw.hex()),
    }


def _identifier(resource: Resource) -> dict[str, Any]:
    raw = _stream(resource, int(plain(resource.inputs)["byteLength"]))
    prefix = plain(resource.inputs).get("prefix", "")
    url_safe = base64.urlsafe_b64encode(raw).decode().rstrip("=")
    return {
        "id": url_safe,
        "hex": prefix + raw.hex(),
        "dec": prefix + str(int.from_bytes(raw, "big")),
        "b64Url": prefix + url_safe,
        "b64Std": prefix + base64.b64encode(raw).decode(),
    }


def _password(resource: Resource) -> dict[str, Any]:
    return {"id": "none", "result": Secret(_text(resource)), "bcryptHash": Secret(_text(resource)[::-1])}


def _string(resource: Resource) -> dict[str, Any]:
    return {"id": _text(resource), "result": _text(resource)}


_GENERATORS: Mapping[str, Callable[[Resource], dict[str, Any]]] = {
    "random:index/randomBytes:RandomBytes": _bytes,
    "random:index/randomId:RandomId": _identifier,
    "random:index/randomPassword:RandomPassword": _password,
    "random:index/randomString:RandomString": _string,
}
