"""What a cluster and its subnets must be like. Pure: AWS's answers come in, one line per problem goes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

CHART = "1.22.0"
OLDEST_KUBERNETES = "1.30"
"""What the chart's documentation demands; its Chart.yaml checks nothing."""
NEWEST_KUBERNETES = "1.35"
"""The newest release that Airflow 3.3.2 is tested with (its package metadata)."""
USABLE_STATES = ("ACTIVE", "UPDATING")
TOKEN_AUDIENCE = "sts.amazonaws.com"  # noqa: S105  whom a pod's token is meant for, not a token


@dataclass(frozen=True, kw_only=True)
class SubnetFacts:
    """What AWS says about one subnet."""

    subnet_id: str
    vpc_id: str
    zone: str
    routes: Sequence[Any]
    """Of the table that the subnet is associated with, else of its VPC's main table."""


def cluster_problems(cluster: Any) -> list[str]:
    """Every reason why Airflow cannot move into this cluster, each with what to do about it."""
    lines: list[str] = []
    if cluster.status not in USABLE_STATES:
        lines.append(
            _cluster(cluster, "should be active; wait until EKS has made or repaired it", cluster.status)
        )
    if _release(cluster.version) < _release(OLDEST_KUBERNETES):
        rule = f"should run Kubernetes {OLDEST_KUBERNETES} or newer for chart {CHART}; upgrade it first"
        lines.append(_cluster(cluster, rule, cluster.version))
    if not issuer_of(cluster):
        lines.append(_cluster(cluster, "should have an OIDC issuer, or no pod can take a role", "none"))
    return lines


def untested(version: str) -> str | None:
    """A warning for a Kubernetes newer than what Airflow is tested with; it stops nobody from deploying."""
    if _release(version) <= _release(NEWEST_KUBERNETES):
        return None
    return (
        f"airflow:cluster.name: Airflow is tested with Kubernetes up to {NEWEST_KUBERNETES} (got {version}): "
        "deploy to a stack that may break first"
    )


def audience_problems(cluster_name: str, provider: Any) -> list[str]:
    """The IAM OIDC provider must admit the tokens that EKS gives to pods."""
    if TOKEN_AUDIENCE in provider.client_id_lists:
        return []
    got = ", ".join(provider.client_id_lists) or "none"
    return [
        f"airflow:cluster.name: the OIDC provider of {cluster_name} should admit {TOKEN_AUDIENCE}; "
        f"run aws iam add-client-id-to-open-id-connect-provider --client-id {TOKEN_AUDIENCE} "
        f"--open-id-connect-provider-arn {provider.arn} (got {got})"
    ]


def subnet_problems(vpc_id: str, subnets: Sequence[SubnetFacts]) -> list[str]:
    """Every reason why a database must not live in these subnets."""
    lines: list[str] = []
    for subnet in subnets:
        if subnet.vpc_id != vpc_id:
            rule = f"{subnet.subnet_id} should lie in the cluster's VPC {vpc_id}; choose another"
            lines.append(_subnets(rule, subnet.vpc_id))
        gateways = [route.gateway_id or "" for route in subnet.routes]
        public = [gateway for gateway in gateways if gateway.startswith("igw-")]
        if public:
            rule = f"{subnet.subnet_id} should have no route to an internet gateway; choose a private one"
            lines.append(_subnets(rule, public[0]))
    zones = sorted({subnet.zone for subnet in subnets})
    if len(zones) < 2:
        rule = "RDS and ElastiCache need two availability zones; add a subnet of another one"
        lines.append(_subnets(rule, ", ".join(zones) or "none"))
    return lines


def issuer_of(cluster: Any) -> str:
    """The cluster's OIDC issuer without its scheme; empty if it has none."""
    issuers = [oidc.issuer for identity in cluster.identities for oidc in identity.oidcs]
    return issuers[0].removeprefix("https://") if issuers else ""


def _release(version: str) -> tuple[int, ...]:
    """1.9 is older than 1.30: releases are numbers, not text."""
    return tuple(int(part) for part in version.split("."))


def _cluster(cluster: Any, rule: str, got: str) -> str:
    return f"airflow:cluster.name: {cluster.name} {rule} (got {got})"


def _subnets(rule: str, got: str) -> str:
    return f"airflow:network.subnet_ids: {rule} (got {got})"
