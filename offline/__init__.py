"""Runs a stack's program with no engine and returns its resource graph."""

from offline.graph import Graph, Resource, Secret, plain, redact
from offline.monitor import Backend, Refused
from offline.program import ROOT, record, record_program, run, stack_names

__all__ = [
    "ROOT",
    "Backend",
    "Graph",
    "Refused",
    "Resource",
    "Secret",
    "plain",
    "record",
    "record_program",
    "redact",
    "run",
    "stack_names",
]
