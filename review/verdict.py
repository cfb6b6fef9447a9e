"""Whether a pull request may be merged: what blocks it, and what was allowed by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from offline.graph import Graph
from review.model import Change, Finding, PropertyChange

BLOCKS = "⛔"
"""Stands before what must not be merged as it is."""


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
    """Names that the stack file allows."""
    labelled: frozenset[str] = frozenset()
    """Names that the pipeline adds for this pull request."""
    objects: Mapping[str, Sequence[PropertyChange]] = field(default_factory=dict)
    """With the chart at hand: object in the cluster -> what differs in it."""
    graphs: tuple[Graph | None, Graph | None] = field(default=(None, None), repr=False)

    @property
    def blocking(self) -> list[Finding]:
        """Findings that nobody has allowed, or can allow."""
        return [f for section in self.sections for f in section.findings if self._mark(f) == BLOCKS]

    def told(self, finding: Finding) -> str:
        """A finding's text behind its mark: that it blocks, or who let it pass."""
        return f"{self._mark(finding)} {finding.text}".strip()

    def _mark(self, finding: Finding) -> str:
        if not finding.allow and not finding.blocks:
            return ""
        if finding.allow in self.allowed:
            return "☑️ allowed by the stack file:"
        return "☑️ allowed by a label:" if finding.allow in self.labelled else BLOCKS

    @property
    def unused(self) -> list[str]:
        """Names of the stack file that nothing needs: they would let a later change pass unseen."""
        needed = {f.allow for s in self.sections for f in s.findings}
        return sorted(self.allowed - needed)

    @property
    def blocked(self) -> bool:
        """True if it must not be merged as it is."""
        return bool(self.error or self.blocking)
