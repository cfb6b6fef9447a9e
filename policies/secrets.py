"""The key, the parameters and the generated values."""

from __future__ import annotations

import re

from offline.graph import Graph, Resource, Secret
from policies.documents import actions, principals, resources, statements
from policies.openings import to_strangers
from policies.rule import Severity, at, policy, unless, unless_at_least, unless_given, unless_not

KEY = "aws:kms/key:Key"
PARAMETER = "aws:ssm/parameter:Parameter"
GENERATED = ("random:index/randomPassword:RandomPassword", "random:index/randomBytes:RandomBytes")
LEAST_WINDOW_DAYS, LEAST_PASSWORD, LEAST_BYTES, LONGEST_PERIOD_DAYS = 7, 16, 32, 365


@policy("KMS.4", Severity.MEDIUM, KEY, fix="Leave key rotation on, every 365 days at least")
def rotated(key: Resource, _: Graph) -> str | None:
    """The key's material changes every year."""
    days = at(key.inputs, "rotationPeriodInDays")
    if problem := unless(key, "enableKeyRotation", True) or unless_at_least(key, "rotationPeriodInDays", 1):
        return problem
    return f"rotationPeriodInDays is {days}" if days > LONGEST_PERIOD_DAYS else None


@policy("KMS.3", Severity.CRITICAL, KEY, fix="Set secrets.key_deletion_window_days; leave the key enabled")
def deletion_window(key: Resource, _: Graph) -> str | None:
    """A key scheduled for deletion can be saved for a week at least, and a live one is not switched off."""
    return (
        unless_at_least(key, "deletionWindowInDays", LEAST_WINDOW_DAYS)
        or unless_not(key, "isEnabled", False)
        or unless_not(key, "bypassPolicyLockoutSafetyCheck", True)
    )


@policy(
    "KMS.5", Severity.CRITICAL, KEY, fix="Name this account, and services on its behalf, in the key's policy"
)
def not_public(key: Resource, graph: Graph) -> str | None:
    """Nobody outside the account may use the key."""
    if not statements(key):
        return "policy is missing or not readable"
    return to_strangers(key, graph)


SERVICE_USES = ("encrypt", "decrypt", "reencrypt", "generatedatakey", "describe", "describekey")


@policy("AIRFLOW.37", Severity.CRITICAL, KEY, fix="Leave key_policy of components/iam_documents.py")
def governed_by_iam(key: Resource, _: Graph) -> str | None:
    """The account's IAM decides about the key, which locks nobody out; services encrypt and decrypt."""
    by_iam = False
    for statement in statements(key):
        kinds = principals(statement)
        if statement.get("Effect") != "Allow":
            return "it denies something, which may lock everybody out"
        if set(kinds) == {"AWS"}:
            roots = [name for name in kinds["AWS"] if _ROOT.fullmatch(name)]
            if roots != kinds["AWS"]:
                return f"it lets {', '.join(kinds['AWS'])} in past IAM"
            whole = actions(statement) == ["kms:*"] and resources(statement) == ["*"]
            by_iam = by_iam or (whole and not statement.get("Condition"))
        else:
            more = [a for a in actions(statement) if a.removeprefix("kms:").rstrip("*") not in SERVICE_USES]
            if more:
                return f"it lets services do {', '.join(more)}"
    return None if by_iam else "its policy has no statement that leaves everything to the account's IAM"


_ROOT = re.compile(r"arn:[\w-]+:iam::\d{12}:root")


@policy("AIRFLOW.30", Severity.HIGH, PARAMETER, fix="Make it a SecureString under our key")
def encrypted_parameter(parameter: Resource, _: Graph) -> str | None:
    """A parameter is encrypted with our key."""
    if at(parameter.inputs, "insecureValue") is not None:
        return "insecureValue is given"
    return unless(parameter, "type", "SecureString") or unless_given(parameter, "keyId")


@policy(
    "AIRFLOW.31", Severity.CRITICAL, PARAMETER, fix="Wrap the value with Output.secret", sees_secrets=True
)
def secret_parameter(parameter: Resource, _: Graph) -> str | None:
    """A parameter's value is a secret in Pulumi's state as well."""
    value = at(parameter.inputs, "value")
    return None if isinstance(value, Secret) else "its value is not marked as a secret"


@policy("AIRFLOW.32", Severity.HIGH, *GENERATED, fix="Generate 16 characters or 32 bytes at least")
def long_enough(generated: Resource, _: Graph) -> str | None:
    """A generated secret cannot be guessed."""
    least = LEAST_BYTES if generated.type == GENERATED[1] else LEAST_PASSWORD
    return unless_at_least(generated, "length", least)


@policy("AIRFLOW.34", Severity.LOW, PARAMETER, fix="Leave its tier away")
def free_tier(parameter: Resource, _: Graph) -> str | None:
    """A parameter costs nothing; one of the advanced tier costs every month and cannot go back."""
    got = at(parameter.inputs, "tier")
    return None if got in (None, "Standard") else f"tier is {got}"
