"""What is guarded, and what is left out and why. The rest follows from the source."""

from __future__ import annotations

import ast
from pathlib import Path

from offline import ROOT

ROOMS = ("components", "stacks")
"""Their Python files. Scripts in components/data/ run inside Airflow's image and are proved against a real
Postgres and a real Airflow in the emulator. A stack file is a decision: `review` shows it, policies judge it.
"""

SILENT_CALLS = {
    "warn": "a text for people",
    "Problem": "a refusal's text; that the refusal is there is guarded",
    "PydanticCustomError": "a refusal's text",
    "TypeVar": "for the type checker",
    "TypeAdapter": "holds no setting of its own",
    "field": "the shape of a class",
    "register_outputs": "repeats the attributes, which is a contract of its own",
    "super": "a component's type token, which the golden list of names pins",
}
"""Calls of which no argument is a setting, each with the reason."""

SILENT_KEYWORDS = {
    "description": "a text for people",
    "opts": "position in the tree, which contracts pin for every resource at once",
    "parent": "the same",
}
"""Keyword arguments that are no setting, each with the reason."""

VALIDATORS = ("matching", "one_of", "refused")
"""Of these only the second argument is a setting; the others are the error's name and its text."""

BOUNDS = {"ge": -1, "gt": -1, "min_length": -1, "le": 1, "lt": 1, "max_length": 1}
"""Bounds of a setting, and the smallest step that weakens each."""

WIDER_OPERATORS = {"StringEquals": "StringLike", "ArnLike": "StringLike", "Bool": "BoolIfExists"}
"""Condition operators of IAM, and what admits more."""

OPEN_STATEMENT = {"Action": "'*'", "Resource": "'*'", "Principal": "{'AWS': '*'}"}
"""Parts of an IAM statement, and what they must never be."""


def sources() -> list[Path]:
    """The files that hold guarded settings."""
    return sorted(path for room in ROOMS for path in (ROOT / room).glob("*.py"))


def is_for_types(node: ast.AST) -> bool:
    """Whether only a type checker reads it."""
    if isinstance(node, ast.If):
        return "TYPE_CHECKING" in ast.unparse(node.test)
    if isinstance(node, ast.AnnAssign):
        return ast.unparse(node.annotation) == "TypeAlias"
    if isinstance(node, ast.Assign):
        return ast.unparse(node.targets[0]) == "__all__"
    return isinstance(node, ast.Import | ast.ImportFrom)


def is_text_alone(node: ast.AST) -> bool:
    """A docstring."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def called(node: ast.Call) -> str:
    """The last part of a called name."""
    function = node.func
    if isinstance(function, ast.Call):
        return called(function)
    return getattr(function, "attr", getattr(function, "id", ""))


def is_silent(node: ast.AST) -> bool:
    """Whether nothing below it is a guarded setting."""
    if isinstance(node, ast.Call):
        receiver = getattr(node.func, "value", None)
        of_super = isinstance(receiver, ast.Call) and called(receiver) == "super"
        return of_super or called(node) in SILENT_CALLS
    if isinstance(node, ast.keyword):
        return node.arg in SILENT_KEYWORDS
    return is_for_types(node) or is_text_alone(node)
