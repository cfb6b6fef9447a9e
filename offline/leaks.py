"""Secrets in texts that are not marked as secret: found in every usual form, and made unreadable.

A program that opens an Output by mistake puts a secret into a plain input, a name or an exception; Kubernetes
holds it in base64, a URL percent-encoded, a policy inside JSON.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote, quote_plus

from offline.graph import secrets_in

SHORTEST = 16
"""Characters of what counts as a secret wherever it stands: the least that a policy lets be generated.
Shorter ones, such as a user's name beside its password, stand in many harmless texts too."""
_ENCODED = r"[A-Za-z0-9+/_=-]*"
"""What an encoded secret is a part of."""


def texts(value: Any) -> Iterator[str]:
    """Every text in a value, keys too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield str(key)
            yield from texts(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from texts(item)


def _values(secret: Any) -> Iterator[str]:
    """The texts of a secret; what they are called is none."""
    if isinstance(secret, Mapping):
        secret = list(secret.values())
    if isinstance(secret, (list, tuple)):
        for item in secret:
            yield from _values(item)
    elif isinstance(secret, str):
        yield secret


class Cover:
    """Puts `cover(secret)` in the place of each secret in a text."""

    def __init__(self, secrets: Iterable[Any], cover: Callable[[str], str]) -> None:
        self.forms: dict[str, tuple[str, re.Pattern[str]]] = {}
        known = {text for secret in secrets for text in _values(secret)}
        # The longest first: a connection's URL before the password in it.
        for secret in sorted(known, key=lambda text: (-len(text), text)):
            for piece in _pieces(secret):
                for form, encoded in _written(piece):
                    pattern = re.escape(form)
                    whole = f"{_ENCODED}{pattern}{_ENCODED}" if encoded else pattern
                    self.forms.setdefault(form, (cover(secret), re.compile(whole)))

    def among(self, values: Any) -> Cover:
        """The same for the secrets alone that these values contain, which are few or none."""
        everything = "\n".join(texts(values))
        found = Cover((), str)
        found.forms = {form: rest for form, rest in self.forms.items() if form in everything}
        return found

    def __call__(self, text: str) -> str:
        for form, (cover, pattern) in self.forms.items():
            if form in text:
                text = pattern.sub(lambda _, cover=cover: cover, text)
        return text


def secrets_of(*values: Any) -> list[Any]:
    """What `values` hold as secret, opened."""
    return [secret for value in values for secret in secrets_in(value)]


def _pieces(secret: str) -> Iterator[str]:
    """The secret, and the lines of a long one: a key is often folded or indented."""
    if len(secret) >= SHORTEST:
        yield secret
    lines = [line.strip() for line in secret.splitlines()]
    if len(lines) > 1:
        yield from (line for line in lines if len(line) >= SHORTEST and not line.startswith("-----"))


def _written(secret: str) -> Iterator[tuple[str, bool]]:
    """Each way to write the secret, and whether it is an encoding without a visible beginning and end."""
    escaped = json.dumps(secret)[1:-1]
    quoted = quote(secret, safe="")
    for form in (secret, escaped, json.dumps(escaped)[1:-1], quoted, quote(secret), quote_plus(secret)):
        yield form, False
    for raw in {secret.encode(), quoted.encode()}:
        yield raw.hex(), True
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            yield from ((form, True) for form in _base64(raw, encode))


def _base64(raw: bytes, encode: Callable[[bytes], bytes]) -> Iterator[str]:
    """As it looks at each of the three places where it can begin, without what its neighbours decide."""
    for before in range(3):
        text = encode(b"\0" * before + raw).decode().rstrip("=")
        own = text[(0, 2, 3)[before] :]
        yield own[:-1] if (before + len(raw)) % 3 else own
