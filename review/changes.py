"""What `pulumi up` would do to each resource: base's graph against head's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from offline.graph import Graph, Resource, plain
from review.model import Action, Change, PropertyChange
from review.options import REPLACE_WITH, options, replaced_on
from review.paths import differences
from review.renames import SHORTEST_IDENTITY, base_urns, with_old_identities
from review.replacements import forces_replacement, is_regional

PROVIDER = "(provider)"
"""Counts like a property; no provider has one of such a name."""
AWS = "pulumi:providers:aws"
"""The provider whose region is that of all its resources but the global ones."""
_ORDER = {action: place for place, action in enumerate(Action)}


def changes(base: Graph | None, head: Graph | None) -> list[Change]:
    """Every resource that is not as it was, most dangerous first. None stands for a stack that is not there.

    Components are left out: they have no provider, only their children do something.
    """
    old, new = _by_urn(base), _by_urn(head)
    known_as = base_urns(base.resources if base else (), head.resources if head else ())
    new = with_old_identities(old, new, known_as)
    pairs = ((after, old.get(known_as.get(urn, ""))) for urn, after in new.items())
    found = [
        change
        for after, before in pairs
        if (change := _matched(after, before, _moved(before, after, old, new) if before else ()))
    ]
    kept = set(known_as.values())
    gone = {urn: r for urn, r in old.items() if urn not in kept}
    found += [
        Change(action=Action.DELETE, name=r.name, type=r.type, urn=urn, before=r, because_of=_bound(r, gone))
        for urn, r in gone.items()
    ]
    return sorted(_cascaded(found, new), key=lambda c: (_ORDER[c.action], c.urn))


def _bound(resource: Resource, gone: Mapping[str, Resource]) -> tuple[str, ...]:
    """Names of what goes too and without which it would be of no use."""
    urns = {urn for urns in resource.property_dependencies.values() for urn in urns}
    return tuple(sorted(gone[urn].name for urn in urns if urn in gone))


def _by_urn(graph: Graph | None) -> dict[str, Resource]:
    return {r.urn: r for r in graph.resources if r.custom} if graph else {}


def _moved(
    before: Resource, after: Resource, old: Mapping[str, Resource], new: Mapping[str, Resource]
) -> tuple[PropertyChange, ...]:
    """Where the provider of a resource can no longer reach it: another region, another cluster."""
    here, there = (old.get(_provider(before)), new.get(_provider(after)))
    if here is None or there is None or (there.type == AWS and not is_regional(after.type)):
        return ()
    moves = (d for d in differences(here.inputs, there.inputs) if forces_replacement(there.type, d))
    return tuple(PropertyChange(PROVIDER, d.before, d.after, forces_replacement=True) for d in moves)[:1]


def _provider(resource: Resource) -> str:
    """URN of the resource's provider: a reference is a URN and an identifier."""
    return resource.provider.rpartition("::")[0]


def _matched(
    after: Resource, before: Resource | None, moved: tuple[PropertyChange, ...] = ()
) -> Change | None:
    named = {"name": after.name, "type": after.type, "urn": after.urn, "after": after}
    if before is None:
        given = (d for d in options(None, after) if d.after is not False)
        properties = (*differences({}, after.inputs), *given)
        return Change(action=Action.CREATE, properties=properties, **named)
    properties = tuple(
        replace(change, forces_replacement=_replaces(after, change))
        for change in differences(_seen(before, after), _seen(after, after))
    )
    properties += (*moved, *options(before, after))
    renamed = before.name if before.name != after.name else ""
    if not properties and not renamed:
        return None
    action = Action.REPLACE if any(p.forces_replacement for p in properties) else Action.UPDATE
    return Change(action=action, before=before, properties=properties, renamed_from=renamed, **named)


def _replaces(resource: Resource, change: PropertyChange) -> bool:
    return forces_replacement(resource.type, change) or replaced_on(resource, change)


def _seen(resource: Resource, after: Resource) -> dict[str, Any]:
    """Inputs that the engine compares: those that head ignores count for neither side."""
    return {key: value for key, value in resource.inputs.items() if key not in after.ignore_changes}


def _cascaded(found: list[Change], new: Mapping[str, Resource]) -> list[Change]:
    """Also what becomes new because something it is bound to does: until nothing is added any more."""
    by_urn = {change.urn: change for change in found}
    while True:
        replaced = {urn for urn, change in by_urn.items() if change.action is Action.REPLACE}
        added = dict(_bound_to(replaced, by_urn, new))
        if not added:
            return list(by_urn.values())
        by_urn.update(added)


def _bound_to(
    replaced: set[str], known: Mapping[str, Change], new: Mapping[str, Resource]
) -> Iterator[tuple[str, Change]]:
    for urn, resource in new.items():
        change = known.get(urn)
        if change and change.action in (Action.REPLACE, Action.CREATE):
            continue
        causes, properties = [], []
        for name, urns in resource.property_dependencies.items():
            value = resource.inputs.get(name)
            causing = [
                new[u] for u in urns if u in replaced and _moves_with(new[u], resource.type, name, value)
            ]
            if causing:
                causes += [cause.name for cause in causing]
                properties.append(PropertyChange(name, value, value, forces_replacement=True))
        for cause in (new[u].name for u in resource.replace_with if u in replaced):
            causes.append(cause)
            properties.append(PropertyChange(REPLACE_WITH, cause, cause, forces_replacement=True))
        if causes:
            base = change or Change(
                action=Action.REPLACE,
                name=resource.name,
                type=resource.type,
                urn=urn,
                before=resource,
                after=resource,
            )
            yield (
                urn,
                replace(
                    base,
                    action=Action.REPLACE,
                    because_of=tuple(sorted(set(causes))),
                    properties=(*base.properties, *properties),
                ),
            )


def _moves_with(cause: Resource, type_: str, name: str, value: Any) -> bool:
    """True if the property has something of `cause` that will be another, and that cannot change in place.

    What the program has chosen itself `cause` will have again. Only whole properties are known to depend on
    something: where no part shows what the cloud has given to `cause`, each may have been computed from it,
    such as the hash in a name.
    """
    given = set(_texts(plain(cause.inputs)))
    parts = [(path, text) for path, text in _parts(plain(value), name) if text not in given]
    made = [
        text for text in _texts(plain(cause.outputs)) if text not in given and len(text) >= SHORTEST_IDENTITY
    ]
    shown = [(path, text) for path, text in parts if any(each in text for each in made)]
    return any(forces_replacement(type_, PropertyChange(path, "", "")) for path, _ in shown or parts)


def _parts(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Every single value and its path."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _parts(item, f"{path}.{key}")
    elif isinstance(value, list):
        for item in value:
            yield from _parts(item, path)
    else:
        yield path, str(value)


def _texts(value: Any) -> Iterator[str]:
    return (text for _, text in _parts(value, ""))
