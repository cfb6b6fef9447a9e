"""What the report is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from offline.graph import Resource


class Action(StrEnum):
    """What `pulumi up` would do to a resource, most dangerous first."""

    REPLACE = "replace"
    DELETE = "delete"
    UPDATE = "update"
    CREATE = "create"


class Missing:
    """One side of a change that has no value."""

    def __repr__(self) -> str:
        return "—"


MISSING = Missing()


@dataclass(frozen=True)
class PropertyChange:
    """One value that differs; a nested one has a path such as `values.scheduler.replicas`."""

    path: str
    before: Any
    after: Any
    forces_replacement: bool = False

    @property
    def property(self) -> str:
        """The resource's own property, the first part of the path."""
        return self.path.split(".")[0].split("[")[0]


@dataclass(frozen=True, kw_only=True)
class Change:
    """One resource that is not as it was."""

    action: Action
    name: str
    type: str
    urn: str
    """At head; at base for a deleted one."""
    before: Resource | None = None
    after: Resource | None = None
    properties: tuple[PropertyChange, ...] = ()
    because_of: tuple[str, ...] = ()
    """Names of replaced resources whose new identity makes this one new as well; of a deleted one, of those
    that it is bound to and that are deleted too."""
    renamed_from: str = ""
    """Logical name at base, where an alias leads from it."""

    @property
    def changed(self) -> tuple[PropertyChange, ...]:
        """What was otherwise before: nothing of a new resource, which has all of it for the first time."""
        return () if self.action is Action.CREATE else self.properties

    @property
    def forcing(self) -> tuple[str, ...]:
        """Paths of the properties that cannot change in place."""
        return tuple(change.path for change in self.properties if change.forces_replacement)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that a reviewer should know, said by one of the report's sections."""

    text: str
    """Markdown, one line."""
    allow: str = ""
    """Not empty: the change is blocked unless this name is allowed."""
    blocks: bool = False
    """Blocked whatever is allowed: a broken policy passes by a waiver only."""
    details: Mapping[str, Any] = field(default_factory=dict)
    """The same for machines."""
