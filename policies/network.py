"""Security groups: who reaches the data stores."""

from __future__ import annotations

from offline.graph import Graph, Resource
from policies.rule import Severity, at, policy, unless_given

GROUP = "aws:ec2/securityGroup:SecurityGroup"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"


@policy("EC2.19", Severity.CRITICAL, INGRESS, fix="Name a security group: the cluster's or a client's")
def from_a_group(rule: Resource, _: Graph) -> str | None:
    """Only members of a named security group connect."""
    ranges = [name for name in ("cidrIpv4", "cidrIpv6", "prefixListId") if at(rule.inputs, name)]
    if ranges:
        return f"{ranges[0]} is {rule.inputs[ranges[0]]}"
    return unless_given(rule, "referencedSecurityGroupId")


@policy("EC2.18", Severity.HIGH, INGRESS, fix="Open the one port that is served")
def one_port(rule: Resource, _: Graph) -> str | None:
    """A rule opens one port of one protocol."""
    first, last = at(rule.inputs, "fromPort"), at(rule.inputs, "toPort")
    if at(rule.inputs, "ipProtocol") != "tcp" or first is None or first != last:
        return f"it opens {rule.inputs.get('ipProtocol', 'every protocol')} {first} to {last}"
    return None


@policy("EC2.22", Severity.LOW, GROUP, INGRESS, fix="Say in a description what it is for")
def described(resource: Resource, _: Graph) -> str | None:
    """A person who reads the rule in the console learns its purpose."""
    return unless_given(resource, "description")


@policy("AIRFLOW.50", Severity.MEDIUM, GROUP, fix="Write rules as resources of their own, and no egress")
def no_inline_rules(group: Resource, _: Graph) -> str | None:
    """Rules stand beside the group, where a change of one shows; a data store opens no connection."""
    inline = [name for name in ("ingress", "egress") if at(group.inputs, name)]
    return f"it has inline {' and '.join(inline)} rules" if inline else None
