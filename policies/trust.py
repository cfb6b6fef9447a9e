"""IAM: who may become which role."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from offline.graph import Graph, Resource
from policies.documents import allowed, conditions, listed, principals
from policies.identity import ROLE
from policies.openings import acts_for
from policies.relations import own_accounts
from policies.rule import Severity, at, policy

NAMESPACE = "kubernetes:core/v1:Namespace"
SERVICES = ("monitoring.rds.amazonaws.com",)
"""AWS services that take a role of ours."""
BY_TOKEN, BY_SERVICE = "sts:AssumeRoleWithWebIdentity", "sts:AssumeRole"
AUDIENCE = "sts.amazonaws.com"
_PROVIDER = re.compile(r"arn:[\w-]+:iam::(?P<account>\d{12}):oidc-provider/(?P<issuer>[^*?]+)")
_SUBJECT = re.compile(r"system:serviceaccount:(?P<namespace>[a-z0-9-]+):[a-z0-9.-]+")


@policy("AIRFLOW.40", Severity.CRITICAL, ROLE, fix="Trust one service account: sub and aud by StringEquals")
def exact_trust(role: Resource, graph: Graph) -> str | None:
    """Exactly one service account of this namespace and cluster, or RDS's monitoring, may become the role."""
    given = allowed(role)
    if len(given) != 1:
        return f"its trust has {len(given)} statements, wanted one"
    (statement,) = given
    kinds = principals(statement)
    names = [name for each in kinds.values() for name in each]
    if set(kinds) == {"Service"} and set(names) <= set(SERVICES):
        return (
            None
            if listed(statement.get("Action")) == [BY_SERVICE]
            else f"it allows {statement.get('Action')}"
        )
    if set(kinds) != {"Federated"} or len(names) != 1:
        return f"it trusts {', '.join(names) or 'nobody'}"
    return _token_problem(statement, names[0], graph)


def _token_problem(statement: Mapping[str, Any], provider: str, graph: Graph) -> str | None:
    found = _PROVIDER.fullmatch(provider)
    if not found or found["account"] not in own_accounts(graph):
        return f"it trusts {provider}, no identity provider of this account"
    if listed(statement.get("Action")) != [BY_TOKEN]:
        return f"it allows {statement.get('Action')}, wanted {BY_TOKEN} alone"
    others = set(statement.get("Condition") or {}) - {"StringEquals"}
    if others:
        return f"its condition is by {', '.join(sorted(others))}"
    exact = conditions(statement, "StringEquals")
    subject, audience = exact.get(f"{found['issuer']}:sub", []), exact.get(f"{found['issuer']}:aud", [])
    if audience != [AUDIENCE]:
        return f"its audience is {', '.join(audience) or 'missing'}"
    account = _SUBJECT.fullmatch(subject[0]) if len(subject) == 1 else None
    if account is None:
        return f"its subject is {', '.join(subject) or 'missing'}"
    namespaces = {at(n.inputs, "metadata.name") for n in graph.of_type(NAMESPACE)}
    return None if account["namespace"] in namespaces else f"its subject {subject[0]} is of another namespace"


@policy("AIRFLOW.45", Severity.HIGH, ROLE, fix="Add the condition StringEquals aws:SourceAccount")
def no_confused_deputy(role: Resource, graph: Graph) -> str | None:
    """An AWS service takes the role on behalf of this account only."""
    for statement in allowed(role):
        services = principals(statement).get("Service")
        if services and not acts_for(statement, own_accounts(graph)):
            return f"{', '.join(services)} may take it for any account"
    return None


@policy("AIRFLOW.46", Severity.MEDIUM, ROLE, fix="Give each service account a role of its own")
def one_role_each(role: Resource, graph: Graph) -> str | None:
    """No two roles are for one service account: each Airflow component has the rights that it needs."""
    subjects = _subjects(role)
    others = [r.name for r in graph.of_type(ROLE) if r.urn != role.urn and subjects & _subjects(r)]
    return f"{', '.join(others)} is for the same service account" if others else None


def _subjects(role: Resource) -> set[str]:
    return {
        value
        for statement in allowed(role)
        for key, values in conditions(statement, "StringEquals").items()
        if key.endswith(":sub")
        for value in values
    }
