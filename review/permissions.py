"""Rights that appear, vanish or widen: every policy document of a stack, statement by statement."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from offline.graph import Resource, redact
from policies.documents import POLICIES_OF, listed, statements
from review.model import Change, Finding
from review.text import code

ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"


def permissions(changes: Sequence[Change]) -> list[Finding]:
    """Per document: what appears first, what vanishes after it; new wildcards and new trust say so."""
    return [finding for change in changes for finding in _document(change)]


def _document(change: Change) -> Iterator[Finding]:
    if change.type == ATTACHMENT:
        for word, resource in (("gains", change.after), ("loses", change.before)):
            if resource is not None:
                arn = redact(resource.inputs.get("policyArn"))
                yield Finding(text=f"`{change.name}`: its role **{word}** the policy {code(str(arn))}")
        return
    property_ = POLICIES_OF.get(change.type)
    if property_ is None:
        return
    before, after = _grants(change.before), _grants(change.after)
    for grant in sorted(after - before):
        warning = _warning(grant, before, property_)
        yield Finding(
            text=f"`{change.name}` **gains** {_told(grant)}{warning}",
            details=_details(change, grant, "gains"),
        )
    for grant in sorted(before - after):
        yield Finding(text=f"`{change.name}` loses {_told(grant)}", details=_details(change, grant, "loses"))


Grant = tuple[str, str, str, str, str]
"""Effect, principal, action, resource, condition: the smallest thing that can be given."""


def _grants(resource: Resource | None) -> set[Grant]:
    return {grant for statement in statements(resource) for grant in _single(statement)}


def _single(statement: Mapping[str, Any]) -> Iterator[Grant]:
    condition = json.dumps(statement.get("Condition", {}), sort_keys=True)
    principals = statement.get("Principal", "")
    names = (
        [f"{kind}:{n}" for kind, ns in principals.items() for n in listed(ns)]
        if isinstance(principals, Mapping)
        else listed(principals)
    )
    actions = listed(statement.get("Action", [])) or [
        f"all but {a}" for a in listed(statement.get("NotAction", []))
    ]
    resources = listed(statement.get("Resource", "")) or [""]
    for name in names or [""]:
        for action in actions:
            for resource in resources:
                yield (
                    str(statement.get("Effect", "Allow")),
                    str(name),
                    str(action),
                    str(resource),
                    condition,
                )


def _warning(grant: Grant, before: set[Grant], property_: str) -> str:
    effect, principal, action, resource, _ = grant
    if effect != "Allow":
        return ""
    if property_ == "assumeRolePolicy":
        return " — **new trust**"
    if "*" in action or resource == "*" or principal in ("*", "AWS:*"):
        return " — **new wildcard**"
    known = {(e, p, a) for e, p, a, _, _ in before}
    return (
        " — **wider**: one more resource or a weaker condition"
        if (effect, principal, action) in known
        else ""
    )


def _told(grant: Grant) -> str:
    effect, principal, action, resource, condition = grant
    parts = [effect.lower() if effect != "Allow" else "", code(action)]
    parts += [f"on {code(resource)}"] if resource else []
    parts += [f"for {code(principal)}"] if principal else []
    parts += [f"if {code(condition)}"] if condition != "{}" else []
    return " ".join(part for part in parts if part)


def _details(change: Change, grant: Grant, what: str) -> dict[str, Any]:
    fields = dict(zip(("effect", "principal", "action", "resource", "condition"), grant, strict=True))
    return {"urn": change.urn, "what": what, **fields}
