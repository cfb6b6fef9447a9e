"""Reads what exists already: the EKS cluster, its OIDC provider, the account, the subnets. Creates nothing.

Only `__main__` calls these functions. What they find is checked here, because nobody else sees it before AWS
does: a failed check stops the preview with the sentence that says what to change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi_aws as aws
from pulumi import InvokeOptions, InvokeOutputOptions, Output
from pulumi_aws import ec2, eks, iam

Options = InvokeOptions | InvokeOutputOptions


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """The EKS cluster that Airflow moves into."""

    arn: Output[str]
    endpoint: Output[str]
    ca_data: Output[str]
    """Certificate authority in base64, as a kubeconfig wants it."""
    issuer: Output[str]
    """OIDC issuer without https://, as trust policies want it."""
    oidc_provider_arn: Output[str]
    vpc_id: Output[str]
    security_group_id: Output[str]
    """The group that EKS itself puts on nodes and control plane."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """Where the credentials lead."""

    account_id: Output[str]
    partition: Output[str]


def find_cluster(name: str, opts: Options) -> Cluster:
    """The active cluster `name` and the IAM OIDC provider of its issuer, which must exist."""
    found = eks.get_cluster_output(name=name, opts=opts)
    issuer = found.apply(issuer_of)
    provider = iam.get_open_id_connect_provider_output(url=Output.concat("https://", issuer), opts=opts)
    return Cluster(
        arn=found.arn,
        endpoint=found.endpoint,
        ca_data=found.apply(lambda cluster: cluster.certificate_authorities[0].data),
        issuer=issuer,
        oidc_provider_arn=provider.arn,
        vpc_id=found.apply(lambda cluster: cluster.vpc_config.vpc_id),
        security_group_id=found.apply(lambda cluster: cluster.vpc_config.cluster_security_group_id),
    )


def issuer_of(cluster: Any) -> str:
    """The cluster's OIDC issuer without its scheme; roles for service accounts cannot work without one."""
    issuers = [oidc.issuer for identity in cluster.identities for oidc in identity.oidcs]
    if not issuers:
        raise ValueError(
            f"cluster.name: {cluster.name} has no OIDC issuer, so no pod can take a role (got none)"
        )
    return issuers[0].removeprefix("https://")


def find_account(opts: Options) -> Account:
    """Account and partition of the provider's credentials."""
    return Account(
        account_id=aws.get_caller_identity_output(opts=opts).account_id,
        partition=aws.get_partition_output(opts=opts).partition,
    )


def find_private_subnets(subnet_ids: Sequence[str], vpc_id: Output[str], opts: Options) -> list[Output[str]]:
    """The ids again, checked: in the cluster's VPC, two zones or more, no route to an internet gateway.

    Each subnet must be associated with its route table by name; EC2 finds no table for one that merely falls
    back to the VPC's main table, and says so.
    """
    subnets = [ec2.get_subnet_output(id=subnet_id, opts=opts) for subnet_id in subnet_ids]
    tables = [ec2.get_route_table_output(subnet_id=subnet_id, opts=opts) for subnet_id in subnet_ids]
    facts = Output.all(vpc_id=vpc_id, subnets=Output.all(*subnets), tables=Output.all(*tables))
    checked = facts.apply(lambda found: check_subnets(subnet_ids, **found))
    return [checked.apply(lambda ids, at=index: ids[at]) for index in range(len(subnet_ids))]


def check_subnets(
    subnet_ids: Sequence[str], vpc_id: str, subnets: Sequence[Any], tables: Sequence[Any]
) -> list[str]:
    """Raises one error that lists every subnet a database must not live in."""
    problems: list[str] = []
    for subnet_id, subnet, table in zip(subnet_ids, subnets, tables, strict=True):
        if subnet.vpc_id != vpc_id:
            problems.append(f"{subnet_id}: must lie in the cluster's VPC {vpc_id} (got {subnet.vpc_id})")
        gateways = [route.gateway_id for route in table.routes if (route.gateway_id or "").startswith("igw-")]
        if gateways:
            problems.append(f"{subnet_id}: must have no route to an internet gateway (got {gateways[0]})")
    zones = {subnet.availability_zone for subnet in subnets}
    if len(zones) < 2:
        problems.append(
            f"at least two availability zones are needed (got {', '.join(sorted(zones)) or 'none'})"
        )
    if problems:
        raise ValueError("network.subnet_ids: " + "; ".join(problems))
    return list(subnet_ids)


def kubeconfig(cluster: Cluster, name: str, region: str) -> Output[str]:
    """A kubeconfig that asks the AWS CLI for a token at each use: none is ever stored in the state."""
    return Output.json_dumps(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": name,
            "clusters": [
                {
                    "name": name,
                    "cluster": {"server": cluster.endpoint, "certificate-authority-data": cluster.ca_data},
                }
            ],
            "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
            "users": [
                {
                    "name": name,
                    "user": {
                        "exec": {
                            "apiVersion": "client.authentication.k8s.io/v1beta1",
                            "command": "aws",
                            "args": ["--region", region, "eks", "get-token", "--cluster-name", name],
                            "interactiveMode": "Never",
                        }
                    },
                }
            ],
        }
    )
