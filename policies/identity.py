"""IAM: who may become which role, and what a role may do."""

from __future__ import annotations

from offline.graph import Graph, Resource
from policies.documents import conditions, listed, principals, statements
from policies.rule import Severity, at, policy

ROLE = "aws:iam/role:Role"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
MONITORING = "service-role/AmazonRDSEnhancedMonitoringRole"


@policy("IAM.1", Severity.HIGH, ROLE_POLICY, fix="Name each action; IAM.21 forbids service:* as well")
def no_wildcard_action(role_policy: Resource, _: Graph) -> str | None:
    """A role has no action with a wildcard."""
    found = statements(role_policy)
    if not found:
        return "policy is missing"
    for statement in found:
        wild = [a for a in listed(statement.get("Action")) if "*" in str(a)]
        if statement.get("Effect") == "Allow" and (wild or statement.get("NotAction")):
            return f"it allows {', '.join(map(str, wild)) or 'all but some actions'}"
    return None


@policy("IAM.21", Severity.HIGH, ROLE_POLICY, fix="Name the ARN, or a prefix of ours")
def no_wildcard_resource(role_policy: Resource, _: Graph) -> str | None:
    """A role's rights end at resources of this program."""
    found = statements(role_policy)
    if not found:
        return "policy is missing"
    for statement in found:
        if statement.get("Effect") == "Allow" and "*" in listed(statement.get("Resource", "*")):
            return f"{', '.join(map(str, listed(statement.get('Action'))))} on every resource"
    return None


@policy("KMS.2", Severity.MEDIUM, ROLE_POLICY, fix="Decrypt with our key only, through one service")
def narrow_decryption(role_policy: Resource, _: Graph) -> str | None:
    """A role decrypts only through the service whose data it needs."""
    found = statements(role_policy)
    if not found:
        return "policy is missing"
    for statement in found:
        decrypts = any(str(a).startswith("kms:") for a in listed(statement.get("Action")))
        if decrypts and not conditions(statement, "StringEquals").get("kms:ViaService"):
            return "a kms statement has no kms:ViaService"
    return None


@policy("AIRFLOW.40", Severity.CRITICAL, ROLE, fix="Trust one service account: sub and aud by StringEquals")
def exact_trust(role: Resource, _: Graph) -> str | None:
    """Exactly one service account, or one AWS service, may become the role."""
    found = statements(role)
    if not found:
        return "assumeRolePolicy is missing"
    for statement in found:
        names = principals(statement)
        if set(names) == {"Service"}:
            continue
        if set(names) != {"Federated"}:
            return f"it trusts {', '.join(n for ns in names.values() for n in map(str, ns))}"
        exact = conditions(statement, "StringEquals")
        subjects = [v for k, values in exact.items() if k.endswith(":sub") for v in values]
        audiences = [v for k, values in exact.items() if k.endswith(":aud") for v in values]
        if len(subjects) != 1 or "*" in subjects[0] or audiences != ["sts.amazonaws.com"]:
            return "its trust has no exact sub and aud"
    return None


@policy("AIRFLOW.41", Severity.HIGH, ATTACHMENT, fix="Write the rights into the role's own policy")
def no_broad_managed_policy(attachment: Resource, _: Graph) -> str | None:
    """The only policy of AWS's own in use is the one that RDS needs for its monitoring."""
    arn = str(at(attachment.inputs, "policyArn") or "")
    return None if arn.endswith(MONITORING) else f"policyArn is {arn or 'missing'}"
