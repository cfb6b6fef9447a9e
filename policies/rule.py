"""What a policy is, and the list of all of them.

A policy is a function of one resource (and of the whole graph, where it needs to look around) that returns
what is wrong, or nothing. The decorator gives it its number, severity and remedy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from offline.graph import Graph, Resource, Unknown


class Severity(StrEnum):
    """As Security Hub grades its controls."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class NotKnown(Exception):
    """A preview does not know the value at this path yet: the policy cannot be judged for this resource."""


EVERY = "*"
"""Stands for every type of resource."""

Check = Callable[[Resource, Graph], "str | None"]


@dataclass(frozen=True, kw_only=True)
class Policy:
    """One rule. `number` is the control's own (RDS.3, CIS 3.6) or ours (AIRFLOW.1)."""

    number: str
    severity: Severity
    types: tuple[str, ...]
    """Types of the resources that it is asked of; EVERY for all."""
    fix: str
    """What to do, in the terms of a stack file or of a component."""
    check: Check
    only_protected: bool = False
    """True for what holds in protected stacks: those whose database resists its deletion."""
    sees_secrets: bool = False
    """True for what only the recorded graph can tell: the engine opens secrets for its policy packs."""

    @property
    def title(self) -> str:
        """The rule in one sentence: the function's docstring."""
        return (self.check.__doc__ or "").strip().splitlines()[0]

    @property
    def name(self) -> str:
        """As a Pulumi policy pack wants names: lower case, with dashes."""
        return self.number.lower().replace(".", "-").replace(" ", "-")


@dataclass(frozen=True, kw_only=True)
class Violation:
    """One resource that breaks one policy."""

    policy: Policy
    resource: str
    """Logical name."""
    urn: str
    """Empty for what is no resource: a waiver."""
    problem: str
    unknown: bool = False
    """True for what may be broken: a preview does not know the value."""

    def __str__(self) -> str:
        p = self.policy
        return f"{p.number} ({p.severity}) {self.resource}: {self.problem}. {p.fix}"


POLICIES: list[Policy] = []
"""Every policy, in the order of the modules that define them."""


def policy(
    number: str,
    severity: Severity,
    *types: str,
    fix: str,
    only_protected: bool = False,
    sees_secrets: bool = False,
) -> Callable[[Check], Check]:
    """Registers a function as the policy of these resource types."""

    def register(check: Check) -> Check:
        POLICIES.append(
            Policy(
                number=number,
                severity=severity,
                types=types,
                fix=fix,
                check=check,
                only_protected=only_protected,
                sees_secrets=sees_secrets,
            )
        )
        return check

    return register


def unless(resource: Resource, path: str, wanted: Any) -> str | None:
    """The problem of a property that must have one value."""
    got = at(resource.inputs, path)
    if got == wanted and type(got) is type(wanted):
        return None
    return f"{path} is {'missing' if got is None else got!r}, wanted {wanted!r}"


def unless_given(resource: Resource, path: str) -> str | None:
    """The problem of a property that must have any value; one that only the cloud will know is one."""
    try:
        got = at(resource.inputs, path)
    except NotKnown:
        return None
    return f"{path} is missing" if got in (None, "", [], {}) else None


def unless_not(resource: Resource, path: str, unwanted: Any) -> str | None:
    """The problem of a property that has the one value that it must not have."""
    try:
        got = at(resource.inputs, path)
    except NotKnown:
        return None
    return f"{path} is {got}" if got == unwanted else None


def unless_at_least(resource: Resource, path: str, least: float) -> str | None:
    """The problem of a number that is missing or too small; a text or a bool is no number."""
    got = at(resource.inputs, path)
    if is_number(got) and got >= least:
        return None
    return f"{path} is {'missing' if got is None else repr(got)}, wanted at least {least}"


def is_number(value: Any) -> bool:
    """Whether it is a number; True and False are none."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def at(inputs: Any, path: str) -> Any:
    """The value at a dotted path, where a number is a place in a list; None if there is none.

    Raises NotKnown for what only the cloud will know.
    """
    for key in path.split("."):
        if isinstance(inputs, Sequence) and not isinstance(inputs, str) and key.isdigit():
            inputs = inputs[int(key)] if int(key) < len(inputs) else None
        else:
            inputs = inputs.get(key) if isinstance(inputs, Mapping) else None
        if isinstance(inputs, Unknown):
            raise NotKnown(path)
    return inputs


def walk(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every mapping, list and leaf below a value, with its path."""
    yield path, value
    items = value.items() if isinstance(value, Mapping) else ()
    items = enumerate(value) if isinstance(value, (list, tuple)) else items
    for key, item in items:
        yield from walk(item, f"{path}.{key}" if path else str(key))
