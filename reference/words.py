"""A settings type in words: what a value is, and what it has to be."""

from __future__ import annotations

from collections.abc import Iterator
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Le, MinLen
from pydantic import AfterValidator
from pydantic.fields import FieldInfo

from reference.keys import models_in
from stacks.section import Matches, OneOf

MOST_CHOICES = 8
"""A longer list of choices is shortened in a table."""
PLAIN = {str: "text", int: "integer", float: "number", bool: "true or false", dict: "mapping", list: "list"}


def type_text(annotation: Any) -> str:
    """The type in words: `text`, `integer`, `list of text`, the choices of a Literal."""
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return type_text(parts[0])
    if origin in (Union, UnionType):
        words = [type_text(part) for part in parts if part is not NoneType]
        return " or ".join(dict.fromkeys([*words, *(["null"] if NoneType in parts else [])]))
    if origin is Literal:
        return type_text(type(parts[0]))
    if origin is list:
        return f"list of {type_text(parts[0])}"
    if origin is dict:
        inner = type_text(parts[1])
        return "mapping" if inner == "text" else f"mapping of {inner}"
    if models_in(annotation):
        return "object"
    return PLAIN[annotation]


def rule_text(annotation: Any) -> str:
    """What the value itself has to be; rules across keys stand elsewhere."""
    return "; ".join(dict.fromkeys(_rules(annotation)))


def _rules(annotation: Any) -> Iterator[str]:
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        yield _choices([str(part) for part in parts])
    elif origin is Annotated:
        yield from _rules(parts[0])
        bounds = {type(note): note for note in parts[1:]}
        yield from _range(bounds.get(Ge), bounds.get(Le))
        yield from (text for note in parts[1:] for text in _note(note))
    else:
        yield from (text for part in parts for text in _rules(part))


def _range(low: Any, high: Any) -> Iterator[str]:
    if low and high:
        yield f"{low.ge:,} to {high.le:,}"
    elif low:
        yield f"at least {low.ge:,}"


def _note(note: Any) -> Iterator[str]:
    if isinstance(note, FieldInfo):
        whole = {type(inner): inner for inner in note.metadata}
        yield from _range(whole.get(Ge), whole.get(Le))
        yield from (text for inner in note.metadata for text in _note(inner))
    elif isinstance(note, MinLen):
        yield f"at least {note.min_length} entries"
    elif isinstance(note, AfterValidator) and isinstance(note.func, Matches):
        yield note.func.wanted
    elif isinstance(note, AfterValidator) and isinstance(note.func, OneOf):
        yield f"{note.func.wanted}: {_choices(list(note.func.choices))}"


def _choices(choices: list[str]) -> str:
    shown = choices if len(choices) <= MOST_CHOICES else [*choices[: MOST_CHOICES - 1], "..."]
    return ", ".join(f"`{choice}`" if choice != "..." else choice for choice in shown)
