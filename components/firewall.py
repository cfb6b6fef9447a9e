"""Where a data store lives in the network, and the firewall that only Airflow's machines pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pulumi import Input, ResourceOptions
from pulumi_aws import ec2, vpc


@dataclass(frozen=True, kw_only=True)
class Placement:
    """Private subnets, and who may connect from them."""

    vpc_id: Input[str]
    subnet_ids: Sequence[Input[str]]
    """At least two, in different availability zones."""
    cluster_security_group_id: Input[str]
    client_security_group_ids: Sequence[str] = ()
    """Further groups that may connect: nodes of Karpenter or own node groups. Plain: they name the rules."""

    def __post_init__(self) -> None:
        if len(self.subnet_ids) < 2:
            raise ValueError(f"subnet_ids: RDS and ElastiCache need at least 2, got {len(self.subnet_ids)}")
        wrong = [group for group in self.client_security_group_ids if not group.startswith("sg-")]
        if wrong:
            raise ValueError(
                f"client_security_group_ids: security group ids begin with sg-, got {', '.join(wrong)}"
            )


def make_firewall(
    name: str, placement: Placement, *, port: int, purpose: str, opts: ResourceOptions
) -> ec2.SecurityGroup:
    """A security group with one described ingress rule per client and no egress: a data store only answers.

    The provider removes the allow-all egress rule that AWS adds to each new group.
    """
    firewall = ec2.SecurityGroup(
        f"{name}-firewall",
        description=f"Airflow {purpose}: connections from Airflow only",
        vpc_id=placement.vpc_id,
        opts=opts,
    )
    clients: dict[str, Input[str]] = {"cluster": placement.cluster_security_group_id}
    clients.update({group: group for group in placement.client_security_group_ids})
    for client, group in clients.items():
        vpc.SecurityGroupIngressRule(
            f"{name}-ingress-{client}",
            security_group_id=firewall.id,
            description=f"Airflow {purpose} from {client}",
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            referenced_security_group_id=group,
            opts=opts,
        )
    return firewall
