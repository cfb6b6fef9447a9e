"""Which resource of base a resource of head is: the same URN, or the one that an alias leads from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from offline.graph import Resource, Secret
from review.paths import differences
from review.replacements import forces_replacement

SHORTEST_IDENTITY = 6
"""Characters; a shorter output is no identifier, and would be found in other words."""


def base_urns(old: Sequence[Resource], new: Sequence[Resource]) -> dict[str, str]:
    """URN at head -> URN at base, for all that exist on both sides.

    Children follow an aliased parent as in the engine: the parent's type chain and, where the child's name
    begins with the parent's, its name too.
    """
    known = {r.urn for r in old}
    at_head = {r.urn: r for r in new}
    found: dict[str, str] = {}
    for resource in new:
        for candidate in _candidates(resource, at_head):
            if candidate in known and candidate not in found.values():
                found[resource.urn] = candidate
                break
    return found


def _candidates(resource: Resource, at_head: dict[str, Resource]) -> list[str]:
    own = [resource.urn, *(_aliased(resource.urn, alias) for alias in resource.aliases)]
    parent = at_head.get(resource.parent)
    if parent is None:
        return own
    inherited = []
    for old_parent in _candidates(parent, at_head)[1:]:
        for urn in own:
            inherited.append(_moved(urn, parent, old_parent))
    return own + inherited


def _aliased(urn: str, alias: str) -> str:
    """An alias is a whole URN or just an old logical name."""
    return alias if alias.startswith("urn:pulumi:") else f"{urn.rsplit('::', 1)[0]}::{alias}"


def _moved(urn: str, parent: Resource, old_parent: str) -> str:
    """The child's URN as it was below the parent's old URN."""
    head, chain, name = urn.rsplit("::", 2)
    _, parent_chain, _ = parent.urn.rsplit("::", 2)
    _, old_chain, old_name = old_parent.rsplit("::", 2)
    if name.startswith(parent.name):
        name = old_name + name.removeprefix(parent.name)
    return f"{head}::{chain.replace(parent_chain, old_chain, 1)}::{name}"


def with_old_identities(
    old: Mapping[str, Resource], new: Mapping[str, Resource], known_as: Mapping[str, str]
) -> Mapping[str, Resource]:
    """Head's resources with the identifiers that the cloud has given them under their old names.

    A recorded identifier follows from the URN, so that a renamed resource has another one wherever it is
    used. What a program computes from one (a hash, a URL in a secret) cannot be told back from it.
    """
    kept = {urn: old[known_as[urn]] for urn in new if known_as.get(urn) in old}
    if all(urn == before.urn for urn, before in kept.items()):
        return new
    known: dict[str, str] = {}
    while True:
        new = {urn: replace(r, inputs=_renamed(r.inputs, known)) for urn, r in new.items()}
        more = {}
        for urn, before in kept.items():
            if any(forces_replacement(new[urn].type, d) for d in differences(before.inputs, new[urn].inputs)):
                continue
            for name, value in new[urn].outputs.items():
                then, now = _text(before.outputs.get(name)), _text(value)
                if then != now and len(now) >= SHORTEST_IDENTITY and now not in known and then:
                    more[now] = then
        if not more:
            return new
        known |= more


def _text(value: Any) -> str:
    value = value.value if isinstance(value, Secret) else value
    return value if isinstance(value, str) else ""


def _renamed(value: Any, known: Mapping[str, str]) -> Any:
    if isinstance(value, Mapping):
        return {key: _renamed(item, known) for key, item in value.items()}
    if isinstance(value, list):
        return [_renamed(item, known) for item in value]
    if isinstance(value, Secret):
        return Secret(_renamed(value.value, known))
    if isinstance(value, str):
        for now in sorted(known, key=len, reverse=True):
            value = value.replace(now, known[now])
    return value
