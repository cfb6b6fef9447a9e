"""Whether a pull request may be merged: what blocks it, and what was allowed by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from offline.graph import Graph
from review.model import Change, Finding, PropertyChange


@dataclass(frozen=True, kw_only=True)
class Section:
    """One subject of a stack's report."""

    title: str
    findings: Sequence[Finding]


@dataclass(frozen=True, kw_only=True)
class StackReport:
    """All that the report says of one stack."""

    stack: str
    error: str = ""
    """Why there is nothing to compare; the other stacks are reported all the same."""
    changes: Sequence[Change] = ()
    sections: Sequence[Section] = ()
    allowed: frozenset[str] = frozenset()
    objects: Mapping[str, Sequence[PropertyChange]] = field(default_factory=dict)
    """With the chart at hand: object in the cluster -> what differs in it."""
    graphs: tuple[Graph | None, Graph | None] = field(default=(None, None), repr=False)

    @property
    def blocking(self) -> list[Finding]:
        """Findings that nobody has allowed."""
        return [f for s in self.sections for f in s.findings if f.allow and f.allow not in self.allowed]

    @property
    def unused(self) -> list[str]:
        """Names that are allowed and needed by nothing: they would let a later change pass unseen."""
        needed = {f.allow for s in self.sections for f in s.findings}
        return sorted(self.allowed - needed)

    @property
    def blocked(self) -> bool:
        """True if it must not be merged as it is."""
        return bool(self.error or self.blocking)
