"""Reads what exists already: the EKS cluster, its OIDC provider, the account, the subnets. Creates nothing.

Only `__main__` calls these functions. What they find is checked here, because nobody else sees it before AWS
does: a failed check stops the preview with the sentence that says what to change.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import pulumi
import pulumi_aws as aws
from pulumi import InvokeOptions, InvokeOutputOptions, Output
from pulumi_aws import ec2, eks, iam

from components.lookup_checks import (
    SubnetFacts,
    audience_problems,
    cluster_problems,
    issuer_of,
    subnet_problems,
    untested,
)

Found = TypeVar("Found")
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
    """The cluster `name`, fit for Airflow, and the IAM OIDC provider of its issuer."""
    found = Output.from_input(_read_cluster(name, opts))
    issuer = found.apply(issuer_of)
    return Cluster(
        arn=found.apply(lambda cluster: cluster.arn),
        endpoint=found.apply(lambda cluster: cluster.endpoint),
        ca_data=found.apply(lambda cluster: cluster.certificate_authorities[0].data),
        issuer=issuer,
        oidc_provider_arn=issuer.apply(lambda known: _read_oidc_provider(name, known, opts)),
        vpc_id=found.apply(lambda cluster: cluster.vpc_config.vpc_id),
        security_group_id=found.apply(lambda cluster: cluster.vpc_config.cluster_security_group_id),
    )


async def _read_cluster(name: str, opts: Options) -> eks.GetClusterResult:
    remedy = f"{name} should be an EKS cluster of this account and region, readable with eks:DescribeCluster"
    cluster = await _answered(eks.get_cluster_output(name=name, opts=opts), f"airflow:cluster.name: {remedy}")
    _stop_at(cluster_problems(cluster))
    if warning := untested(cluster.version):
        pulumi.warn(warning)
    return cluster


async def _read_oidc_provider(name: str, issuer: str, opts: Options) -> str:
    """ARN of the provider. Without one no pod can take a role, and the first task would be who finds out."""
    look_up = iam.get_open_id_connect_provider_output(url=f"https://{issuer}", opts=opts)
    remedy = (
        f"airflow:cluster.name: {name} should have an IAM OIDC provider; "
        f"run eksctl utils associate-iam-oidc-provider --cluster {name} --approve"
    )
    provider = await _answered(look_up, remedy)
    _stop_at(audience_problems(name, provider))
    return provider.arn


async def _answered(look_up: Output[Found], rule: str) -> Found:
    """The look-up's answer; a refused one becomes a line that says what to do, with AWS's own words."""
    try:
        return await look_up.future()  # pyright: ignore[reportReturnType]: None is an unknown; nothing is
    except Exception as error:
        words = " ".join(str(error).split()).rstrip(" ()")
        raise pulumi.RunError(f"{rule} (got {words})") from None


def _stop_at(problems: Sequence[str]) -> None:
    if problems:
        raise pulumi.RunError("\n".join(problems))


def find_account(opts: Options) -> Account:
    """Account and partition of the provider's credentials."""
    return Account(
        account_id=aws.get_caller_identity_output(opts=opts).account_id,
        partition=aws.get_partition_output(opts=opts).partition,
    )


def find_private_subnets(subnet_ids: Sequence[str], vpc_id: Output[str], opts: Options) -> list[Output[str]]:
    """The ids again, checked: in the cluster's VPC, two zones or more, no route to an internet gateway."""
    facts = Output.from_input(_read_subnets(subnet_ids, opts))
    checked = Output.all(vpc_id, facts).apply(lambda known: _stop_at(subnet_problems(*known)))
    return [checked.apply(lambda _, found=subnet_id: found) for subnet_id in subnet_ids]


async def _read_subnets(subnet_ids: Sequence[str], opts: Options) -> list[SubnetFacts]:
    """Asked for side by side, so that all that cannot be read is told at once."""
    asked = (_read_subnet(subnet_id, opts) for subnet_id in subnet_ids)
    found = await asyncio.gather(*asked, return_exceptions=True)
    _stop_at([str(answer) for answer in found if isinstance(answer, BaseException)])
    return [answer for answer in found if isinstance(answer, SubnetFacts)]


async def _read_subnet(subnet_id: str, opts: Options) -> SubnetFacts:
    remedy = f"{subnet_id} should be a subnet of this account and region, readable with ec2:Describe*"
    rule = f"airflow:network.subnet_ids: {remedy}"
    subnet = await _answered(ec2.get_subnet_output(id=subnet_id, opts=opts), rule)
    table = await _route_table(subnet, opts, rule)
    return SubnetFacts(
        subnet_id=subnet_id,
        vpc_id=subnet.vpc_id,
        zone=subnet.availability_zone,
        routes=table.routes,
    )


async def _route_table(subnet: ec2.GetSubnetResult, opts: Options, rule: str) -> ec2.GetRouteTableResult:
    """EC2 names no table for a subnet that merely follows its VPC's main table."""
    own = ec2.GetRouteTablesFilterArgs(name="association.subnet-id", values=[subnet.id])
    ids = (await _answered(ec2.get_route_tables_output(filters=[own], opts=opts), rule)).ids
    if ids:
        return await _answered(ec2.get_route_table_output(route_table_id=ids[0], opts=opts), rule)
    main = ec2.GetRouteTableFilterArgs(name="association.main", values=["true"])
    look_up = ec2.get_route_table_output(vpc_id=subnet.vpc_id, filters=[main], opts=opts)
    return await _answered(look_up, rule)


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
