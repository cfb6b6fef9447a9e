"""Drift, out of `pulumi preview --refresh --json`: each difference between deployment and cloud, classified.

That digest (pulumi's pkg/backend/display/json.go) has a list `steps`. A resource of the state has two: one of
the refresh, whose `oldState` is what was deployed, and one of the program, whose `oldState` is what the cloud
has now. A change of the program that is not deployed yet differs in neither. Secrets are `[secret]` there.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from operations.errors import OperationError


class Kind(StrEnum):
    """What a difference means, the most urgent first."""

    DESTRUCTIVE = "destructive"
    SECURITY = "security"
    CAPACITY = "capacity"
    CONFIGURATION = "configuration"
    TAGS = "tag noise"


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One resource that is not as it was deployed."""

    name: str
    type: str
    kind: Kind
    text: str
    """What is different, without a secret."""


IDLE = ("same", "refresh", "read")
TAGS = ("tags", "tagsAll")
CAPACITY = (
    "allocatedStorage", "instanceClass", "iops", "maxAllocatedStorage", "multiAz", "nodeType",
    "numCacheClusters", "storageThroughput", "storageType",
)  # fmt: skip
"""Properties that say how much there is of something."""
GUARDING = (
    "aws:ec2/securityGroup", "aws:iam/", "aws:kms/", "aws:s3/bucketAcl", "aws:s3/bucketOwnershipControls",
    "aws:s3/bucketPolicy", "aws:s3/bucketPublicAccessBlock", "aws:s3/bucketServerSideEncryption",
    "aws:sns/topicPolicy", "aws:ssm/", "aws:vpc/securityGroup",
    "kubernetes:core/v1:Secret", "kubernetes:core/v1:ServiceAccount", "kubernetes:rbac", "random:",
)  # fmt: skip
"""Types (or how they begin) of which every property guards something."""
GUARDS = (
    "authToken", "atRestEncryptionEnabled", "caCertIdentifier", "deletionProtection",
    "iamDatabaseAuthenticationEnabled", "kmsKeyId", "kmsMasterKeyId", "password", "policy",
    "publiclyAccessible", "securityGroupIds", "storageEncrypted", "transitEncryptionEnabled",
    "transitEncryptionMode", "vpcSecurityGroupIds",
)  # fmt: skip
"""Properties of other types that do."""
_LONGEST = 80
"""Characters of a value in a line."""


def read_digest(text: str) -> Mapping[str, Any]:
    """The digest. Raises OperationError for anything else, such as the message of a preview that failed."""
    try:
        digest = json.loads(text)
    except ValueError:
        raise OperationError("the preview wrote no JSON; its messages tell why it failed") from None
    errors = [each["message"] for each in digest.get("diagnostics", []) if each.get("severity") == "error"]
    if errors:
        raise OperationError(f"the preview failed: {' '.join(errors[0].split())}")
    if "steps" not in digest:
        raise OperationError("no steps in it: not what pulumi preview --json writes")
    return digest


def differences(digest: Mapping[str, Any]) -> list[Difference]:
    """The most urgent first, then by type and name."""
    steps: dict[str, list[Mapping[str, Any]]] = {}
    for step in digest["steps"]:
        steps.setdefault(step["urn"], []).append(step)
    found = [
        each for urn, both in steps.items() if len(both) > 1 for each in _difference(urn, both[0], both[-1])
    ]
    order = list(Kind)
    return sorted(found, key=lambda each: (order.index(each.kind), each.type, each.name))


def _difference(urn: str, refreshed: Mapping[str, Any], planned: Mapping[str, Any]) -> Iterator[Difference]:
    *_, types, name = urn.split("::")
    type_, operation = types.split("$")[-1], planned["op"]
    if operation in IDLE:
        return
    if operation == "create":  # it was deployed, and must be made again
        yield Difference(name=name, type=type_, kind=Kind.DESTRUCTIVE, text="is gone")
        return
    deployed, now = _inputs(refreshed), _inputs(planned)
    changed = sorted(key for key in deployed.keys() | now.keys() if deployed.get(key) != now.get(key))
    if not changed:
        return
    text = "; ".join(f"`{key}` was {_shown(deployed.get(key))}, is {_shown(now.get(key))}" for key in changed)
    replaced = operation != "update" and bool(set(changed) & set(planned.get("replaceReasons") or changed))
    if replaced:
        yield Difference(
            name=name, type=type_, kind=Kind.DESTRUCTIVE, text=f"{text}: `up --refresh` replaces it"
        )
    else:
        yield Difference(name=name, type=type_, kind=_kind(type_, changed), text=text)


def _inputs(step: Mapping[str, Any]) -> Mapping[str, Any]:
    return (step.get("oldState") or {}).get("inputs") or {}


def _kind(type_: str, changed: list[str]) -> Kind:
    if set(changed) <= set(TAGS):
        return Kind.TAGS
    if type_.startswith(GUARDING) or set(changed) & set(GUARDS):
        return Kind.SECURITY
    return Kind.CAPACITY if set(changed) & set(CAPACITY) else Kind.CONFIGURATION


def _shown(value: Any) -> str:
    """As a code span that nothing in the value can end."""
    if value is None:
        return "not set"
    text = json.dumps(value, ensure_ascii=False, sort_keys=True).replace("`", "'")
    return f"`{text if len(text) <= _LONGEST else f'{text[: _LONGEST - 3]}...'}`"
