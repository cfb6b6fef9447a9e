"""Policy documents as statements, whichever resource carries them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from offline.graph import Resource
from policies.rule import at

POLICIES_OF = {
    "aws:iam/role:Role": "assumeRolePolicy",
    "aws:iam/rolePolicy:RolePolicy": "policy",
    "aws:iam/policy:Policy": "policy",
    "aws:kms/key:Key": "policy",
    "aws:s3/bucketPolicy:BucketPolicy": "policy",
    "aws:sns/topicPolicy:TopicPolicy": "policy",
}
"""Resource type -> the property with its document."""

_ELEMENTS = {
    name.lower(): name
    for name in (
        *("Sid", "Effect", "Action", "NotAction", "Resource", "NotResource"),
        *("Principal", "NotPrincipal", "Condition"),
    )
}
_WILDCARDS = "*?"


def statements(resource: Resource | None) -> list[dict[str, Any]]:
    """The statements of a resource's document; none where it has no readable one. IAM ignores the case of its
    elements' names, so they are given as they are usually written."""
    given = at(resource.inputs, POLICIES_OF.get(resource.type, "")) if resource else None
    try:
        document = json.loads(given) if isinstance(given, str) else given
    except ValueError:
        return []
    found = listed(_named(document).get("Statement")) if isinstance(document, Mapping) else []
    return [_named(statement) for statement in found if isinstance(statement, Mapping)]


def _named(elements: Mapping[str, Any]) -> dict[str, Any]:
    known = {**_ELEMENTS, "statement": "Statement"}
    return {known.get(str(name).lower(), name): value for name, value in elements.items()}


def allowed(resource: Resource) -> list[dict[str, Any]]:
    """The statements that give something: all that do not plainly deny."""
    return [statement for statement in statements(resource) if statement.get("Effect") != "Deny"]


def listed(value: Any) -> list[Any]:
    """One or many, as IAM allows both."""
    return list(value) if isinstance(value, (list, tuple)) else [] if value is None else [value]


def principals(statement: Mapping[str, Any]) -> dict[str, list[str]]:
    """Kind of principal -> names."""
    if "NotPrincipal" in statement:
        return {"*": ["all but some principals"]}
    given = statement.get("Principal", {})
    return (
        {kind: [str(name) for name in listed(names)] for kind, names in given.items()}
        if isinstance(given, Mapping)
        else {"*": [str(given)]}
    )


def conditions(statement: Mapping[str, Any], operator: str) -> dict[str, list[str]]:
    """Key -> wanted values of one condition operator."""
    given = statement.get("Condition") or {}
    return {key: [str(v) for v in listed(values)] for key, values in given.get(operator, {}).items()}


def actions(statement: Mapping[str, Any]) -> list[str]:
    """What it names, in lower case, since IAM ignores it; everything where it names what it leaves out."""
    return ["*"] if "NotAction" in statement else [str(a).lower() for a in listed(statement.get("Action"))]


def resources(statement: Mapping[str, Any]) -> list[str]:
    """What it names; everything where it names nothing, or what it leaves out."""
    named = [str(r) for r in listed(statement.get("Resource"))]
    return ["*"] if "NotResource" in statement or not named else named


def has_wildcard(name: str) -> bool:
    """Whether it is a pattern."""
    return any(sign in name for sign in _WILDCARDS)


def touches(patterns: list[str], *names: str) -> bool:
    """Whether one of the patterns covers one of the names."""
    return any(fnmatchcase(name, pattern) for pattern in patterns for name in names)
