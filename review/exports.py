"""What a stack tells its readers: outputs that appear, change or go, which is no change of a resource."""

from __future__ import annotations

from collections.abc import Iterator

from offline.graph import Secret, secrets_in
from review.model import MISSING, Finding, PropertyChange
from review.paths import differences
from review.recording import Pair
from review.text import code, sides


def exports(pair: Pair) -> Iterator[Finding]:
    """A secret that becomes readable with the stack blocks; the rest of a new or removed stack is no news."""
    old, new = (dict(graph.exports) if graph else {} for graph in (pair.base.graph, pair.head.graph))
    both = pair.base.graph is not None and pair.head.graph is not None
    for difference in differences(old, new):
        details = {"path": difference.path}
        if _tells_a_secret(difference):
            text = f"{code(difference.path)} hands **a secret** to all who may read this stack's outputs"
            yield Finding(text=text, allow=f"{difference.property}-export", details=details)
        elif both:
            yield Finding(text=f"{code(difference.path)} {_what(difference)}", details=details)


def _tells_a_secret(difference: PropertyChange) -> bool:
    given = isinstance(difference.before, Secret)
    return not given and any(True for _ in secrets_in(difference.after))


def _what(difference: PropertyChange) -> str:
    before, after = (code(side) for side in sides(difference))
    if difference.before is MISSING:
        return f"is new: {after}"
    if difference.after is MISSING:
        return f"is **gone**, was {before}: who reads it fails"
    return f"changes, {before} → {after}"
