"""A picture of the components that a change touches."""

from __future__ import annotations

import re
from collections.abc import Iterator

from offline.graph import Resource
from review.model import Action, Change
from review.verdict import StackReport

_CLASSES = {
    Action.REPLACE: "fill:#fdd,stroke:#c00",
    Action.DELETE: "fill:#fdd,stroke:#c00,stroke-dasharray:4",
    Action.UPDATE: "fill:#ffd,stroke:#a80",
    Action.CREATE: "fill:#dfd,stroke:#080",
}

_LABEL = re.compile(r"[^\w .:/-]")
"""What could end a label, or the picture."""


def picture(report: StackReport) -> Iterator[str]:
    """A flowchart: each touched component with what happens inside it, worst action as its colour."""
    touched: dict[str, list[Change]] = {}
    for change in report.changes:
        touched.setdefault(_component(report, change), []).append(change)
    if not touched:
        return
    yield from ("```mermaid", "flowchart LR")
    for number, (component, found) in enumerate(sorted(touched.items())):
        counts = [
            f"{sum(c.action is a for c in found)} {a}" for a in Action if any(c.action is a for c in found)
        ]
        worst = next(action for action in Action if any(c.action is action for c in found))
        yield f'  c{number}["{_LABEL.sub("·", component)}<br/>{", ".join(counts)}"]:::{worst}'
    yield from (f"  classDef {action} {style}" for action, style in _CLASSES.items())
    yield from ("```", "")


def _component(report: StackReport, change: Change) -> str:
    """The outermost component that the resource belongs to; its own name if it has none."""
    resource = change.after or change.before
    graph = report.graphs[1] if change.after else report.graphs[0]
    while resource and resource.parent and graph:
        parent: Resource | None = graph.find(resource.parent)
        if parent is None:
            break
        resource = parent
    return resource.name if resource else change.name
