"""IAM: what a role may do. Who may become a role stands in trust.py."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from offline.graph import Graph, Resource
from policies.documents import actions, allowed, conditions, has_wildcard, resources, statements, touches
from policies.rule import Severity, at, policy

ROLE = "aws:iam/role:Role"
RIGHTS = ("aws:iam/rolePolicy:RolePolicy", "aws:iam/policy:Policy")
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
MONITORING = "service-role/AmazonRDSEnhancedMonitoringRole"
USED = frozenset(
    (
        "s3:getobject",
        "s3:putobject",
        "s3:listbucket",
        "kms:decrypt",
        "kms:generatedatakey",
        "ssm:getparameter",
    )
)
"""All that Airflow's pods do in AWS: task logs, DAG files, Connections and Variables."""
DECRYPTS = ("kms:decrypt", "kms:reencryptfrom", "kms:reencryptto")
USES = (*DECRYPTS, "kms:encrypt", "kms:generatedatakey")
READS = ("ssm:getparameter", "ssm:getparameters", "ssm:getparametersbypath", "ssm:getparameterhistory")
_ONE_KEY = re.compile(r"arn:[\w-]+:kms:[\w-]+:\d{12}:key/[\w-]+")


def _first(rights: Resource, problem: Callable[[Mapping[str, Any]], str | None]) -> str | None:
    if not statements(rights):
        return "policy is missing or not readable"
    return next((found for s in allowed(rights) if (found := problem(s))), None)


@policy("IAM.21", Severity.LOW, *RIGHTS, fix="Name each action in components/pod_policies.py")
def no_wildcard_action(rights: Resource, _: Graph) -> str | None:
    """A role has no action with a wildcard, and none by leaving others out."""

    def problem(statement: Mapping[str, Any]) -> str | None:
        wild = [action for action in actions(statement) if has_wildcard(action)]
        return f"it allows {', '.join(wild)}" if wild or not actions(statement) else None

    return _first(rights, problem)


@policy("IAM.1", Severity.HIGH, *RIGHTS, fix="Name the ARN, or a prefix of ours")
def no_wildcard_resource(rights: Resource, _: Graph) -> str | None:
    """A role's rights end at resources of this program: no ARN is open before a name of ours."""

    def problem(statement: Mapping[str, Any]) -> str | None:
        wide = [resource for resource in resources(statement) if _is_open(resource)]
        return f"{', '.join(actions(statement))} on {', '.join(wide)}" if wide else None

    return _first(rights, problem)


def _is_open(arn: str) -> bool:
    """`arn:aws:s3:::logs/*` and `...:parameter/airflow/*` begin with a name; `...:key/*` and `*` do not."""
    parts = arn.split(":", 5)
    if len(parts) < 6 or any(has_wildcard(part) for part in parts[:5]):
        return True
    bucket, _, rest = parts[5].partition("/")
    name = bucket if parts[2] == "s3" else rest
    return has_wildcard(bucket) or not re.split(r"[*?]", name)[0].strip("/")


@policy("KMS.1-2", Severity.MEDIUM, *RIGHTS, fix="Decrypt with our key only: name its ARN")
def one_key(rights: Resource, _: Graph) -> str | None:
    """A role decrypts with named keys only."""

    def problem(statement: Mapping[str, Any]) -> str | None:
        others = [r for r in resources(statement) if not _ONE_KEY.fullmatch(r)]
        decrypts = touches(actions(statement), *DECRYPTS)
        return f"it decrypts with {', '.join(others)}" if decrypts and others else None

    return _first(rights, problem)


@policy("AIRFLOW.41", Severity.HIGH, ATTACHMENT, fix="Write the rights into the role's own policy")
def no_broad_managed_policy(attachment: Resource, _: Graph) -> str | None:
    """The only policy of AWS's own in use is the one that RDS needs for its monitoring."""
    arn = str(at(attachment.inputs, "policyArn") or "")
    own = re.fullmatch(rf"arn:[\w-]+:iam::aws:policy/{MONITORING}", arn)
    return None if own else f"policyArn is {arn or 'missing'}"


@policy("AIRFLOW.42", Severity.HIGH, ROLE, fix="Write a RolePolicy, which the policies read")
def rights_apart(role: Resource, _: Graph) -> str | None:
    """A role's rights stand in policies of their own, where each is judged."""
    given = [name for name in ("inlinePolicies", "managedPolicyArns") if at(role.inputs, name)]
    return f"it has {' and '.join(given)}" if given else None


@policy("AIRFLOW.43", Severity.CRITICAL, *RIGHTS, fix="Grant the prefixes connections/ and variables/ only")
def no_bootstrap_secrets(rights: Resource, _: Graph) -> str | None:
    """A pod reads its own stack's connections and variables in SSM: no generated secret, no other stack's."""
    own = re.compile(
        rf"arn:[\w-]+:ssm:[\w-]+:\d{{12}}:parameter/airflow/{_stack(rights)}/(connections|variables)/.+"
    )

    def problem(statement: Mapping[str, Any]) -> str | None:
        reads = touches(actions(statement), *READS)
        open_ = [r for r in resources(statement) if not own.fullmatch(r)]
        return f"it reads {', '.join(open_)}" if reads and open_ else None

    return _first(rights, problem)


def _stack(resource: Resource) -> str:
    return re.escape(resource.urn.split(":")[2])


@policy("AIRFLOW.44", Severity.MEDIUM, *RIGHTS, fix="Add the condition StringEquals kms:ViaService")
def through_one_service(rights: Resource, _: Graph) -> str | None:
    """A role uses the key only through the service whose data it needs."""

    def problem(statement: Mapping[str, Any]) -> str | None:
        uses = touches(actions(statement), *USES)
        via = conditions(statement, "StringEquals").get("kms:ViaService")
        return f"{', '.join(actions(statement))} has no kms:ViaService" if uses and not via else None

    return _first(rights, problem)


@policy("AIRFLOW.47", Severity.HIGH, *RIGHTS, fix="Take it out, or say in policies/identity.py who needs it")
def known_actions(rights: Resource, _: Graph) -> str | None:
    """A role does nothing but what Airflow's pods are known to do."""

    def problem(statement: Mapping[str, Any]) -> str | None:
        others = [action for action in actions(statement) if action not in USED]
        return f"it allows {', '.join(others)}" if others else None

    return _first(rights, problem)
