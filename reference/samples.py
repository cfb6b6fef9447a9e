"""A representative change of each key: which stack to start from, and what to write there instead.

The values come from where valid ones already are: the stack files, the happy cases of the settings' tests,
and the type itself. EXAMPLES holds the few that cannot be found so.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin

import yaml
from pydantic import AfterValidator

from offline import ROOT, stack_names
from offline.program import stack_config
from reference.keys import Key
from stacks.section import OneOf

FIRST = "prod"
"""The stack whose answer counts where a key exists in several."""
CASES = ROOT / "tests" / "stacks" / "cases"
MISSING = object()

EXAMPLES: Mapping[str, Mapping[str, Any]] = {
    "account.permissions_boundary_arn": {
        "account": {"permissions_boundary_arn": "arn:aws:iam::111122223333:policy/boundary"}
    },
    "account.alarm_emails": {"account": {"alarm_emails": ["on-call@example.com"]}},
    "network.client_security_group_ids": {"network": {"client_security_group_ids": ["sg-0a1b2c3d4e5f60001"]}},
    "cache.engine": {"cache": {"engine": "redis", "engine_version": "7.1"}},
    "airflow.version": {"airflow": {"version": "3.3.3", "image": {"tag": "3.3.3"}, "upgrade": True}},
    "airflow.base_url": {"airflow": {"base_url": "https://airflow.example.com"}},
    "review.allow": {"review": {"allow": ["database-instance"]}},
    "review.differs_from_prod": {"review": {"differs_from_prod": ["database.multi_az"]}},
    "review.max_monthly_usd": {"review": {"max_monthly_usd": 1_000}},
    "tags": {"tags": {"CostCenter": "42"}},
}
"""Path to the change, where the key's type alone does not say a value or a rule wants a second change."""


@dataclass(frozen=True)
class Context:
    """A stack that the program takes: a committed file, or that with a happy case's changes."""

    name: str
    stack: str
    overrides: Mapping[str, Any]

    @cached_property
    def content(self) -> dict[str, Any]:
        """Section to its values."""
        values, _ = stack_config(self.stack, self.overrides)
        return {name.split(":")[1]: _parsed(text) for name, text in values.items()}


@dataclass(frozen=True)
class Change:
    """One key changed in one context."""

    context: Context
    overrides: Mapping[str, Any]


@cache
def contexts() -> list[Context]:
    """The stacks, FIRST before the others, then the happy cases by name."""
    stacks = sorted(stack_names(), key=lambda name: (name != FIRST, name))
    cases = ((path.stem, yaml.safe_load(path.read_text())) for path in sorted(CASES.glob("*.happy.*.yaml")))
    return [
        *(Context(stack, stack, {}) for stack in stacks),
        *(Context(name, case["stack"], _encrypted(case.get("overrides") or {})) for name, case in cases),
    ]


def changes(key: Key) -> Iterator[Change]:
    """Changes of this key, the most telling first; the program may refuse some of them."""
    parts = key.path.replace("[]", ".[]").split(".")
    by_presence = sorted(contexts(), key=lambda c: _at(c.content, parts, MISSING)[1] is MISSING)
    holding = [(c, _at(c.content, parts, key.default)) for c in by_presence]
    for context, (exists, value) in holding:
        if not exists:
            continue
        if key.path in EXAMPLES:
            yield Change(context, _merged(context.overrides, EXAMPLES[key.path]))
        others = [other for _, (there, other) in holding if there and other not in (value, None)]
        own = list(_candidates(key.annotation, value))
        listed = any(True for _ in choices(key.annotation))
        for candidate in [*own, *others] if listed else [*others, *own]:
            changed = _with(context.content, parts, candidate)
            yield Change(context, _merged(context.overrides, {parts[0]: changed[parts[0]]}))
        # Some keys change together with others only, as in a happy case of the same stack.
        yield from (
            Change(context, other.overrides)
            for other, (there, found) in holding
            if there and found not in (value, None) and other.stack == context.name
        )


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _encrypted(overrides: Mapping[str, Any]) -> dict[str, Any]:
    """Texts beside the sections are secrets, which a stack file holds encrypted."""
    return {k: {"secure": v} if isinstance(v, str) else v for k, v in overrides.items()}


def _at(value: Any, parts: list[str], default: Any) -> tuple[bool, Any]:
    """Whether a value has this key, or could have it, and what stands there."""
    for index, part in enumerate(parts):
        last = index == len(parts) - 1
        if part == "[]":
            entries = list(value.values()) if isinstance(value, Mapping) else list(value or [])
            rest = parts[index + 1 :]
            return _at(entries[_fitting(entries, rest)], rest, default) if entries else (False, default)
        if not isinstance(value, Mapping):
            return False, None
        if part not in value:
            return (last, default)
        value = value[part]
    return True, value


def _fitting(entries: list[Any], rest: list[str]) -> int:
    """The first entry that has the key, else the first one."""
    having = (i for i, entry in enumerate(entries) if _at(entry, rest, MISSING)[1] is not MISSING)
    return next(having, 0)


def _with(value: Any, parts: list[str], new: Any) -> Any:
    """`value` with `new` at the place."""
    if not parts:
        return new
    if parts[0] == "[]":
        entries = dict(value) if isinstance(value, Mapping) else dict(enumerate(value))
        index = list(entries)[_fitting(list(entries.values()), parts[1:])]
        entries[index] = _with(entries[index], parts[1:], new)
        return entries if isinstance(value, Mapping) else list(entries.values())
    inner = value if isinstance(value, Mapping) else {}
    return {**inner, parts[0]: _with(inner.get(parts[0]), parts[1:], new)}


def _merged(base: Any, change: Any) -> Any:
    if isinstance(base, Mapping) and isinstance(change, Mapping):
        return {**base, **{key: _merged(base.get(key), value) for key, value in change.items()}}
    return change


def _candidates(annotation: Any, value: Any) -> Iterator[Any]:
    """Other values of this type, near the given one; not all of them keep the rules."""
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield from (value + 1, value * 2, value - 1)
    listed = list(choices(annotation))
    after = listed.index(value) + 1 if value in listed else 0
    # The next one first: a newer version is what people change to.
    yield from (choice for choice in [*listed[after:], *listed[:after]] if choice != value)
    if isinstance(value, str):
        yield from _texts(value)
    elif value == {}:
        yield from ({"EXAMPLE": "1"}, {"scheduler": {"max_dagruns_to_create_per_loop": "20"}})
    elif isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        yield from ([*value[:-1], text] for text in _texts(value[-1]))


def _texts(text: str) -> Iterator[str]:
    """The text with its last digits raised one by one, or something added."""
    for index in range(len(text) - 1, -1, -1):
        if text[index].isdigit():
            yield f"{text[:index]}{(int(text[index]) + 1) % 10}{text[index + 1 :]}"
    yield from (f"{text}-x", f"{text}x", f"{text}2", "x")


def choices(annotation: Any) -> Iterator[Any]:
    """The values of a type that lists them."""
    if get_origin(annotation) is Literal:
        yield from get_args(annotation)
    elif get_origin(annotation) is Annotated:
        for note in get_args(annotation):
            if isinstance(note, AfterValidator) and isinstance(note.func, OneOf):
                yield from note.func.choices
            else:
                yield from choices(note)
    else:
        yield from (
            choice for part in get_args(annotation) if part is not NoneType for choice in choices(part)
        )
