"""Finds start dates that follow the clock, in the source: once computed, they look like any other."""

import ast
from collections.abc import Iterator

FIXED_CALLS = {"date", "datetime", "DateTime", "timedelta", "duration", "timezone", "Timezone", "ZoneInfo"}
"""What builds a date from its arguments alone."""
FIXED_METHODS = {
    "datetime",
    "date",
    "parse",
    "strptime",
    "fromisoformat",
    "from_format",
    "timezone",
    "replace",
    "local",
}
FIXED_METHODS |= {
    "add",
    "subtract",
    "astimezone",
    "in_timezone",
    "in_tz",
    "duration",
    "set",
    "combine",
    "get",
}
"""The same as an attribute; what such a method is called on is looked at too."""


def moving_start_dates(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and text of each `start_date` that is not built from fixed values: argument, or key of a dict."""
    values = _module_values(tree)
    for node in ast.walk(tree):
        for value in _start_dates(node):
            if not _fixed(value, values, frozenset()):
                yield value.lineno, ast.unparse(value)


def _start_dates(node: ast.AST) -> Iterator[ast.expr]:
    if isinstance(node, ast.keyword) and node.arg == "start_date":
        yield node.value
    if isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and key.value == "start_date":
                yield value


def _module_values(tree: ast.Module) -> dict[str, ast.expr]:
    """What the names of the file's top level stand for."""
    found: dict[str, ast.expr] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign):
            found |= {target.id: node.value for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            found[node.target.id] = node.value
    return found


def _fixed(node: ast.AST, values: dict[str, ast.expr], seen: frozenset[str]) -> bool:
    """Whether the clock has no part in an expression. A name from elsewhere, such as a parameter, is data."""
    if isinstance(node, ast.Name) and node.id in values and node.id not in seen:
        return _fixed(values[node.id], values, seen | {node.id})
    if isinstance(node, ast.Call):
        called = node.func
        if isinstance(called, ast.Attribute):
            known = called.attr in FIXED_METHODS | FIXED_CALLS
        else:
            known = isinstance(called, ast.Name) and called.id in FIXED_CALLS
        if not known:
            return False
    return all(_fixed(child, values, seen) for child in ast.iter_child_nodes(node))
