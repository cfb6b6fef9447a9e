"""Security groups: who reaches the data stores."""

from __future__ import annotations

from offline.graph import Graph, Resource
from policies.database import INSTANCE
from policies.relations import named_by
from policies.rule import Severity, at, policy, unless_given
from policies.surroundings import GROUP as CACHE
from policies.surroundings import SECURITY_GROUP

INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"


@policy("EC2.19", Severity.CRITICAL, INGRESS, fix="Name a security group: the cluster's or a client's")
def from_a_group(rule: Resource, _: Graph) -> str | None:
    """Only members of a named security group of this account connect."""
    ranges = [name for name in ("cidrIpv4", "cidrIpv6", "prefixListId") if at(rule.inputs, name)]
    if ranges:
        return f"{ranges[0]} is {rule.inputs[ranges[0]]}"
    source = str(at(rule.inputs, "referencedSecurityGroupId") or "missing")
    return None if source.startswith("sg-") else f"referencedSecurityGroupId is {source}"


@policy("EC2.18", Severity.HIGH, INGRESS, fix="Open the one port that is served")
def one_port(rule: Resource, graph: Graph) -> str | None:
    """A rule opens one port of one protocol: the one at which a store answers."""
    first, last = at(rule.inputs, "fromPort"), at(rule.inputs, "toPort")
    protocol = at(rule.inputs, "ipProtocol")
    served = {at(s.inputs, "port") for type_ in (INSTANCE, CACHE) for s in graph.of_type(type_)}
    if protocol == "tcp" and first == last and first in served:
        return None
    return f"it opens {protocol or 'every protocol'} {first} to {last}"


@policy("AIRFLOW.51", Severity.LOW, SECURITY_GROUP, INGRESS, fix="Say in a description what it is for")
def described(resource: Resource, _: Graph) -> str | None:
    """A person who reads the rule in the console learns its purpose."""
    return unless_given(resource, "description")


@policy(
    "AIRFLOW.50", Severity.MEDIUM, SECURITY_GROUP, fix="Write rules as resources of their own, and no egress"
)
def no_inline_rules(group: Resource, _: Graph) -> str | None:
    """Rules stand beside the group, where a change of one shows; a data store opens no connection."""
    inline = [name for name in ("ingress", "egress") if at(group.inputs, name)]
    return f"it has inline {' and '.join(inline)} rules" if inline else None


@policy("AIRFLOW.53", Severity.MEDIUM, INGRESS, fix="Write the rule for a security group of this stack")
def own_group(rule: Resource, graph: Graph) -> str | None:
    """A rule opens nothing of somebody else's."""
    own = named_by(rule, "securityGroupId", SECURITY_GROUP, graph)
    return None if own else "securityGroupId is none of this stack"
