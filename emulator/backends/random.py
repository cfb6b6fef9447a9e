"""The random provider: values are generated once and kept in the record until the inputs change."""

from __future__ import annotations

import base64
import secrets
import string
from collections.abc import Callable, Mapping
from typing import Any

from emulator.machine import Machine
from offline.graph import Resource, Secret, plain

SPECIAL = "!@#$%&*()-_=+[]{}<>:?"
"""The provider's own set of special characters, used unless `overrideSpecial` names another."""


class Random:
    """Values from the system's generator of cryptographic quality."""

    types = frozenset(
        {
            "random:index/randomBytes:RandomBytes",
            "random:index/randomId:RandomId",
            "random:index/randomPassword:RandomPassword",
            "random:index/randomString:RandomString",
        }
    )

    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    def ensure(self, resource: Resource, previous: Resource | None) -> dict[str, Any]:
        """The kept value if length and keepers are the same, else a new one."""
        if previous and plain(previous.inputs) == plain(resource.inputs):
            return dict(previous.outputs)
        make = _MAKERS[resource.type.rsplit(":", 1)[-1]]
        return {**resource.inputs, **make(plain(resource.inputs))}

    def delete(self, resource: Resource) -> None:
        """The value leaves with its record."""


def _bytes(inputs: Mapping[str, Any]) -> dict[str, Any]:
    raw = secrets.token_bytes(int(inputs["length"]))
    return {"id": "none", "base64": Secret(base64.b64encode(raw).decode()), "hex": Secret(raw.hex())}


def _identifier(inputs: Mapping[str, Any]) -> dict[str, Any]:
    raw, prefix = secrets.token_bytes(int(inputs["byteLength"])), inputs.get("prefix", "")
    url_safe = base64.urlsafe_b64encode(raw).decode().rstrip("=")
    return {
        "id": url_safe,
        "hex": prefix + raw.hex(),
        "dec": prefix + str(int.from_bytes(raw, "big")),
        "b64Url": prefix + url_safe,
        "b64Std": prefix + base64.b64encode(raw).decode(),
    }


def _text(inputs: Mapping[str, Any]) -> str:
    classes = {
        "Lower": string.ascii_lowercase,
        "Upper": string.ascii_uppercase,
        "Numeric": string.digits,
        "Special": inputs.get("overrideSpecial") or SPECIAL,
    }
    allowed = {name: text for name, text in classes.items() if inputs.get(name.lower(), True)}
    # The provider promises at least `min<Class>` characters of each class.
    least = [
        secrets.choice(text)
        for name, text in allowed.items()
        for _ in range(int(inputs.get(f"min{name}", 0)))
    ]
    rest = [secrets.choice("".join(allowed.values())) for _ in range(int(inputs["length"]) - len(least))]
    characters = least + rest
    secrets.SystemRandom().shuffle(characters)
    return "".join(characters)


def _password(inputs: Mapping[str, Any]) -> dict[str, Any]:
    # No bcryptHash: nothing of ours reads it, and it would be one more place for a guess at the password.
    return {"id": "none", "result": Secret(_text(inputs))}


def _string(inputs: Mapping[str, Any]) -> dict[str, Any]:
    text = _text(inputs)
    return {"id": text, "result": text}


_MAKERS: Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "RandomBytes": _bytes,
    "RandomId": _identifier,
    "RandomPassword": _password,
    "RandomString": _string,
}
