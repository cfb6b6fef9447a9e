"""Which resource of base a resource of head is: the same URN, or the one that an alias leads from."""

from __future__ import annotations

from collections.abc import Sequence

from offline.graph import Resource


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
