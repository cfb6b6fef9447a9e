"""Copies same-named fields from a settings section into a component's argument class. Pure."""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import Any, TypeVar

T = TypeVar("T")


def pick(kind: type[T], source: object, **given: Any) -> T:
    """An instance of the dataclass `kind` from attributes of `source`; `given` wins, defaults fill the rest.

    A required field that neither has is an error that names it, so a renamed setting cannot be lost silently.
    """
    values: dict[str, Any] = {}
    for field in fields(kind):  # type: ignore[arg-type]  # T is a dataclass; typing has no bound that says so
        optional = field.default is not MISSING or field.default_factory is not MISSING
        if field.name in given:
            values[field.name] = given.pop(field.name)
        elif hasattr(source, field.name):
            values[field.name] = getattr(source, field.name)
        elif not optional:
            raise ValueError(
                f"{kind.__name__}.{field.name}: required, but {type(source).__name__} has no such field"
            )
    if given:
        raise ValueError(f"{kind.__name__}: no such field, got {', '.join(sorted(given))}")
    return kind(**values)
