"""Secrets that a program has put where everybody reads them: into a plain input, a name or an export."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from offline.graph import Graph
from offline.sealed import COVERED
from review.model import Finding
from review.text import code

_COVERED = re.compile(COVERED)


def exposed(head: Graph | None) -> list[Finding]:
    """One finding per resource; a secret is known by the mark that covered it when it was recorded."""
    if head is None:
        return []
    places = {f"{r.name}-secret": (r.name, _paths([r.name, r.inputs])) for r in head.resources}
    places["exports-secret"] = ("exports", _paths([head.exports]))
    return [
        Finding(
            text=f"{code(name)}: a secret stands in plain text in {', '.join(map(code, paths))}; replace it",
            allow=_COVERED.sub("secret", allow),
            details={"paths": paths},
        )
        for allow, (name, found) in places.items()
        if (paths := sorted(set(found)))
    ]


def _paths(value: Any, path: str = "") -> Iterator[str]:
    if isinstance(value, str):
        if _COVERED.search(value):
            yield path or "its name"
    elif isinstance(value, Mapping):
        for key, item in value.items():
            own = f"{path}.{key}" if path else str(key)
            if _COVERED.search(str(key)):
                yield own
            yield from _paths(item, own)
    elif isinstance(value, list):
        for item in value:
            yield from _paths(item, path)
