"""The committed stacks' graphs, each recorded once per test process: nobody can change a graph."""

from functools import cache

from offline import Graph, record


@cache
def recorded(stack: str, *, preview: bool = False) -> Graph:
    """What `record` gives for a stack file as it is."""
    return record(stack, preview=preview)
