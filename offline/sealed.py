"""`python -m offline.sealed [STACK ...]`: the graphs of stacks for another process, without any secret.

Each secret is replaced by a digest under the key that the reader sends on standard input: two revisions
sealed with the same key can be compared secret by secret, and nothing can be opened. Of a URL of database or
broker only its credentials are: whether it asks for TLS, and of whom, is what a reviewer must see. A secret
that a program has put into a plain text is covered there, by a mark with a digest.

Standard output has one JSON object a line: an empty one when the program is loaded, then
{stack: {"graph": ...} or {"error": text}} as soon as each stack is recorded. What a program prints does not
get there.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, TextIO

from offline.failures import told
from offline.graph import UNKNOWN, Graph, Resource, Secret, Unknown, plain
from offline.leaks import Cover, secrets_of
from offline.program import run, stack_names, static_backend
from offline.static import StaticBackend

SEAL = "$secret"
COVERED = r"\[secret:[0-9a-f]{16}\]"
"""What stands in a plain text in the place of a secret; the digits are another secret's if they differ."""
_UNKNOWN = "$unknown"
UNREAD = "unread://"
"""Begins the seal of a secret with a URL of another form than _CONNECTION, of which nothing is told."""
TLS_OPTIONS = ("sslmode", "sslrootcert", "ssl_cert_reqs", "ssl_ca_certs", "ssl_check_hostname")
"""Of libpq and redis-py; the value of any other option is sealed."""
_CONNECTION = re.compile(
    r"(?P<scheme>(?:db\+)?postgres(?:ql)?(?:\+[a-z0-9]+)?|rediss?)://(?P<credentials>[^/?#\s]*)@"
    r"(?P<server>(?:localhost|[a-z0-9-]+(?:\.[a-z0-9-]+)+)(?::\d+)?)/(?P<database>[\w-]*)"
    r"(?:\?(?P<query>\w+=[^=&?#\s]*(?:&\w+=[^=&?#\s]*)*))?"
)
_HARMLESS = re.compile(r"[A-Za-z-]{1,15}|/[\w./-]{1,100}")
_DIGEST = re.compile(r"[0-9a-f]{64}")


def _digest(value: Any, key: bytes) -> str:
    text = json.dumps(plain(value), sort_keys=True, default=str)
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def cover(secrets: Sequence[Any], key: bytes) -> Cover:
    """Covers these secrets in texts, each by a mark of its own."""
    return Cover(secrets, lambda secret: f"[secret:{_digest(secret, key)[:16]}]")


def sealed(value: Any, key: bytes, covered: Cover) -> Any:
    """`value` as JSON can carry it, every secret in it a digest."""
    if isinstance(value, Secret):
        return _sealed_secret(value.value, key, covered)
    if isinstance(value, Unknown):
        return {_UNKNOWN: True}
    if isinstance(value, Mapping):
        return {covered(name): sealed(item, key, covered) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [sealed(item, key, covered) for item in value]
    return covered(value) if isinstance(value, str) else value


def _sealed_secret(value: Any, key: bytes, covered: Cover) -> Any:
    """A digest of the whole; of what holds URLs, such as a Secret's content, each member by itself."""
    if isinstance(value, Mapping) and any("://" in text for text in value.values() if isinstance(text, str)):
        return {name: _sealed_secret(item, key, covered) for name, item in value.items()}
    if not isinstance(value, str) or "://" not in value:
        return {SEAL: _digest(value, key)}
    found = _CONNECTION.fullmatch(value)
    if found is None:
        return {SEAL: f"{UNREAD}{_digest(value, key)}"}
    scheme, credentials, server, database, query = found.groups()
    options = [option.partition("=") for option in (query or "").split("&") if option]
    told = [
        f"{name}={text if name in TLS_OPTIONS and _HARMLESS.fullmatch(text) else _digest(text, key)}"
        for name, _, text in options
    ]
    readable = f"{server}/{database}{'?' if told else ''}{'&'.join(told)}"
    return {SEAL: f"{scheme}://{_digest(credentials, key)}@{covered(readable)}"}


def _readable(secrets: Sequence[Any]) -> Iterator[str]:
    """What a seal leaves of URLs, in which another secret may stand by mistake."""
    for secret in secrets:
        for text in secret.values() if isinstance(secret, Mapping) else [secret]:
            if isinstance(text, str) and _CONNECTION.fullmatch(text):
                yield text.rpartition("@")[2]


def connection(seal: Secret) -> dict[str, Any] | None:
    """The parts of a sealed URL, what is closed in it as Secret; None for any other secret."""
    found = _CONNECTION.fullmatch(seal.value) if isinstance(seal.value, str) else None
    if found is None or not _DIGEST.fullmatch(found["credentials"]):
        return None
    options = [option.partition("=") for option in (found["query"] or "").split("&") if option]
    return {
        **{name: found[name] for name in ("scheme", "server", "database")},
        "credentials": Secret(found["credentials"]),
        "options": {name: Secret(v) if _DIGEST.fullmatch(v) else v for name, _, v in options},
    }


def unsealed(value: Any) -> Any:
    """What `sealed` made as values again: a Secret holds the digest."""
    if isinstance(value, list):
        return [unsealed(item) for item in value]
    if not isinstance(value, Mapping):
        return value
    if set(value) == {SEAL}:
        return Secret(value[SEAL])
    if set(value) == {_UNKNOWN}:
        return UNKNOWN
    return {name: unsealed(item) for name, item in value.items()}


def seal_graph(graph: Graph, key: bytes) -> dict[str, Any]:
    """A whole graph, ready for JSON."""
    body = {"exports": dict(graph.exports), "resources": [asdict(r) for r in graph.resources]}
    secrets = secrets_of(body)
    return sealed(body, key, cover(secrets, key).among([body, list(_readable(secrets))]))


def open_graph(sealed_graph: Mapping[str, Any]) -> Graph:
    """The graph of `seal_graph`; fields that this revision does not know are left out."""
    resources = [Resource.of(fields) for fields in unsealed(sealed_graph["resources"])]
    return Graph.of(resources, unsealed(sealed_graph["exports"]))


@dataclass(frozen=True)
class _Remembering:
    """A backend that knows which secrets went through it, also those of a program that fails later."""

    backend: StaticBackend
    secrets: list[Any] = field(default_factory=list)

    def ensure(self, resource: Resource, previous: Resource | None) -> Mapping[str, Any]:
        outputs = self.backend.ensure(resource, previous)
        self.secrets.extend(secrets_of(resource.inputs, outputs))
        return outputs

    def invoke(self, token: str, args: Mapping[str, Any]) -> Mapping[str, Any]:
        return self.backend.invoke(token, args)

    def delete(self, resource: Resource) -> None:
        self.backend.delete(resource)


def answer(stack: str, key: bytes) -> dict[str, Any]:
    """The sealed graph of a stack, or why there is none; no program's mistake is an exception here."""
    secrets: list[Any] = []
    try:
        backend = _Remembering(static_backend(stack), secrets)
        return {"graph": seal_graph(run(stack, backend), key)}
    except (Exception, SystemExit) as problem:
        return {"error": Cover(secrets, lambda _: "[secret]")(told(problem))}


def main(stacks: Sequence[str], output: TextIO) -> None:
    """Answers for these stacks, or for all."""
    key = bytes.fromhex(sys.stdin.read().strip())
    print("{}", file=output, flush=True)
    for stack in stacks or stack_names():
        print(json.dumps({stack: answer(stack, key)}, sort_keys=True), file=output, flush=True)


if __name__ == "__main__":
    with os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8") as answers:
        # Whatever a program prints, also from a child process, goes where nobody takes it for an answer.
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        main(sys.argv[1:], answers)
