"""Base and head of a report, made without git: a stack recorded as it is and with an edit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import offline
from offline.graph import Graph
from offline.sealed import open_graph, seal_graph
from review.recording import Pair, Recording
from review.report import reports
from review.verdict import StackReport

KEY = b"the reader's key of one run"


def sealed(graph: Graph) -> Graph:
    """As it arrives from the other process."""
    return open_graph(json.loads(json.dumps(seal_graph(graph, KEY))))


@cache
def recorded(stack: str, edit: str = "null") -> Graph:
    return sealed(offline.record(stack, overrides=json.loads(edit)))


def edited(
    stack: str,
    edit: Mapping[str, Any],
    review: Mapping[str, Any] | None = None,
    base: Mapping[str, Any] | None = None,
) -> StackReport:
    """The report of a stack file in which `base` was there before and `edit` is now."""
    head = Recording(graph=recorded(stack, json.dumps(edit)), config={"airflow:review": dict(review or {})})
    return compared(Recording(graph=recorded(stack, json.dumps(base or {})), config={}), head, stack)


def compared(base: Recording, head: Recording, stack: str = "prod") -> StackReport:
    (report,) = reports([Pair(stack, base, head)], [])
    return report


def said(report: StackReport) -> str:
    """Every finding as one text."""
    return "\n".join(f"{s.title}: {f.text}" for s in report.sections for f in s.findings)
