"""Policy documents as statements, whichever resource carries them."""

from __future__ import annotations

import json
from collections.abc import Mapping
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


def statements(resource: Resource | None) -> list[dict[str, Any]]:
    """The statements of a resource's document; none where it has no readable one."""
    given = at(resource.inputs, POLICIES_OF.get(resource.type, "")) if resource else None
    try:
        document = json.loads(given) if isinstance(given, str) else given
    except ValueError:
        return []
    found = listed(document.get("Statement")) if isinstance(document, Mapping) else []
    return [statement for statement in found if isinstance(statement, dict)]


def listed(value: Any) -> list[Any]:
    """One or many, as IAM allows both."""
    return list(value) if isinstance(value, (list, tuple)) else [] if value is None else [value]


def principals(statement: Mapping[str, Any]) -> dict[str, list[str]]:
    """Kind of principal -> names."""
    given = statement.get("Principal", {})
    return (
        {kind: listed(names) for kind, names in given.items()}
        if isinstance(given, Mapping)
        else {"*": [given]}
    )


def conditions(statement: Mapping[str, Any], operator: str) -> dict[str, list[str]]:
    """Key -> wanted values of one condition operator."""
    given = statement.get("Condition", {}).get(operator, {})
    return {key: [str(v) for v in listed(values)] for key, values in given.items()}
