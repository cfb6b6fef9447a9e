"""`python -m offline.sealed`: the graphs of all stacks for another process, without any secret in them.

Each secret is replaced by a digest under the key that the reader sends on standard input: two revisions
sealed with the same key can be compared secret by secret, and nothing can be opened.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import pulumi

from offline.graph import UNKNOWN, Graph, Resource, Secret, Unknown, plain
from offline.program import record, stack_names

SEAL = "$secret"
_UNKNOWN = "$unknown"


def sealed(value: Any, key: bytes) -> Any:
    """`value` as JSON can carry it, every secret in it a digest."""
    if isinstance(value, Secret):
        text = json.dumps(plain(value.value), sort_keys=True, default=str)
        return {SEAL: hmac.new(key, text.encode(), hashlib.sha256).hexdigest()}
    if isinstance(value, Unknown):
        return {_UNKNOWN: True}
    if isinstance(value, Mapping):
        return {name: sealed(item, key) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [sealed(item, key) for item in value]
    return value


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
    return sealed(
        {"exports": dict(graph.exports), "resources": [asdict(r) for r in graph.resources]},
        key,
    )


def open_graph(sealed_graph: Mapping[str, Any]) -> Graph:
    """The graph of `seal_graph`; fields that this revision does not know are left out."""
    known = set(Resource.__dataclass_fields__)
    resources = []
    for fields in unsealed(sealed_graph["resources"]):
        given = {name: value for name, value in fields.items() if name in known}
        for name in ("dependencies", "ignore_changes", "aliases"):
            given[name] = tuple(given.get(name, ()))
        resources.append(Resource(**given))
    return Graph.of(resources, unsealed(sealed_graph["exports"]))


def main() -> int:
    """Print {stack: {"graph": ...} or {"error": lines}}; always 0, the reader judges stack by stack."""
    key = bytes.fromhex(sys.stdin.read().strip())
    answers: dict[str, Any] = {}
    for stack in stack_names():
        try:
            answers[stack] = {"graph": seal_graph(record(stack), key)}
        except (pulumi.RunError, LookupError) as problem:
            answers[stack] = {"error": str(problem)}
    json.dump(answers, sys.stdout, sort_keys=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
