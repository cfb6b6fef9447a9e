"""Options of a resource: what the engine does with it, told and compared like its properties."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from offline.graph import Resource
from review.model import MISSING, Action, Change, Finding, PropertyChange
from review.text import code

PROTECT, RETAIN, IGNORE = "(protect)", "(retain_on_delete)", "(ignore_changes)"
REPLACE_ON, REPLACE_WITH = "(replace_on_changes)", "(replace_with)"
IMPORT, PLUGIN, WITH, FIRST = (
    "(import_)",
    "(plugin_download_url)",
    "(deleted_with)",
    "(delete_before_replace)",
)
OPTIONS = {
    PROTECT: "protect",
    RETAIN: "retain_on_delete",
    IGNORE: "ignore_changes",
    REPLACE_ON: "replace_on_changes",
    REPLACE_WITH: "replace_with",
    FIRST: "delete_before_replace",
    WITH: "deleted_with",
    IMPORT: "import_id",
    PLUGIN: "plugin_download_url",
    "(version)": "plugin_version",
}
"""No provider has a property of such a name. Option -> its name in a graph."""


def options(before: Resource | None, after: Resource) -> Iterator[PropertyChange]:
    """Those that differ; of a new resource those that it has. What is no longer ignored changes nothing."""
    for path, name in OPTIONS.items():
        old, new = _given(before, name), _given(after, name)
        if old == new or (
            path == IGNORE and before and set(after.ignore_changes) <= set(before.ignore_changes)
        ):
            continue
        # Another resource takes its place: the engine deletes the one that the state has.
        yield PropertyChange(path, old, new, forces_replacement=path == IMPORT and bool(before and new))


def _given(resource: Resource | None, name: str) -> Any:
    value = getattr(resource, name) if resource else MISSING
    value = list(value) if isinstance(value, tuple) else value
    return value if value or isinstance(value, bool) else MISSING


def replaced_on(resource: Resource, change: PropertyChange) -> bool:
    """Whether the program itself wants a new resource for this change."""
    return any(
        path == "*" or f"{change.path}.".startswith((f"{path}.", f"{path}["))
        for path in resource.replace_on_changes
    )


def told_options(changes: Sequence[Change]) -> Iterator[Finding]:
    """What a reviewer should know of each; code from another place blocks."""
    for change in changes:
        for difference in change.properties:
            text = _TEXTS.get(difference.path)
            if text is None or difference.after is MISSING or difference.after is False:
                continue
            if difference.path == FIRST and change.action is Action.CREATE:
                continue
            values = difference.after if isinstance(difference.after, list) else [difference.after]
            if difference.path == IGNORE:
                known = difference.before if isinstance(difference.before, list) else []
                values = sorted(set(values) - set(known))
            given = ", ".join(code(str(value).rpartition("::")[2]) for value in values)
            yield Finding(
                text=f"`{change.name}` {text.format(given)}",
                allow=f"{change.name}-plugin" if difference.path == PLUGIN else "",
                details={"urn": change.urn, "property": difference.path},
            )


_TEXTS = {
    IGNORE: "**ignores from now on** {}",
    REPLACE_ON: "is **replaced from now on** by any change of {}",
    REPLACE_WITH: "is **replaced from now on** whenever {} is",
    IMPORT: "**takes over** what exists as {}, whoever made it",
    WITH: "is not deleted by itself any more; it goes with {}",
    FIRST: "is deleted **before** another one takes its place, whenever it is replaced",
    PLUGIN: "is made by **a program from {}**, which gets this stack's credentials",
}
