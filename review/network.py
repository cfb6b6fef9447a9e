"""Ports and sources that a change opens or closes, and what becomes reachable in another way."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from offline.chart import RELEASE
from offline.graph import Resource, redact
from policies.documents import listed
from review.model import Action, Change, Finding, PropertyChange
from review.paths import leaves
from review.text import code, shown

INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
GROUP = "aws:ec2/securityGroup:SecurityGroup"
GROUP_RULE = "aws:ec2/securityGroupRule:SecurityGroupRule"
PUBLIC_ACCESS = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
_SOURCES = (
    *("cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId"),
    *("cidrBlocks", "ipv6CidrBlocks", "prefixListIds", "securityGroups", "sourceSecurityGroupId"),
)
_EVERYBODY_BITS = {4: 8, 6: 16}
"""A range with a shorter prefix is no organisation's: two halves of the internet are the internet."""
_LINKS = {
    "vpcSecurityGroupIds": "security group",
    "securityGroupIds": "security group",
    "subnetIds": "subnet",
}

_VALUES: tuple[tuple[str, tuple[Any, ...], str], ...] = (
    (r"(.+\.)?service\.type", ("LoadBalancer", "NodePort"), "**opens** a Service to outside the cluster"),
    (r"(.+\.)?ingress(\..+)?\.enabled", (True,), "**opens** an ingress"),
    (r"(.+\.)?hostNetwork", (True,), "**opens** the node's network to its pods"),
    (r"networkPolicies\.enabled", (False,), "**opens** the pods to the whole cluster"),
    (r"config\.api\.base_url", (), "the UI gets another public address"),
    (r"config\.api\.access_control_allow_origins", (), "**opens** the API to pages of other sites"),
    (r"config\.core\.auth_manager", (), "another **auth manager** decides who gets in"),
    (r"(apiServer\.apiServerConfig|webserver\.webserverConfig)(ConfigMapName)?", (), "may **open** the UI"),
)
"""Path in the values, the new values that matter (none: every one), what they do."""


def openings(changes: Sequence[Change]) -> list[Finding]:
    """Rules that appear (opened) or vanish (closed), and all else that decides who reaches what."""
    return [finding for change in changes for finding in _of(change)]


def _of(change: Change) -> Iterator[Finding]:
    before, after = _rules(change.before), _rules(change.after)
    for rule in sorted(after - before):
        text = f"`{change.name}` **opens** {code(rule)}{' — **to everybody**' if _everybody(rule) else ''}"
        yield Finding(text=text, details={"urn": change.urn, "opens": rule})
    for rule in sorted(before - after):
        text = f"`{change.name}` closes {code(rule)}"
        yield Finding(text=text, details={"urn": change.urn, "closes": rule})
    for text in _texts(change):
        yield Finding(text=f"`{change.name}` {text}", details={"urn": change.urn})


def _texts(change: Change) -> Iterator[str]:
    if change.type == PUBLIC_ACCESS and change.action is Action.DELETE and not change.because_of:
        yield "no longer **blocks public access**"
    if change.type == "kubernetes:networking.k8s.io/v1:NetworkPolicy" and change.action is Action.DELETE:
        yield "is gone: what it kept out **comes in**"
    if change.type in ("kubernetes:core/v1:Service", "kubernetes:networking.k8s.io/v1:Ingress"):
        yield from _exposed(change)
    for difference in (leaf for given in change.changed for leaf in leaves(given)):
        if difference.path == "publiclyAccessible" and difference.after is True:
            yield "becomes **reachable from the internet**"
        elif change.type == PUBLIC_ACCESS and difference.before is True and difference.after is not True:
            yield f"no longer **blocks public access** (`{difference.path}`)"
        elif difference.path.startswith("spec.hard.services."):
            yield f"counts other Services: `{difference.path}` is {shown(difference.after)}"
        elif kind := _LINKS.get(difference.property):
            yield from _linked(kind, difference)
        elif change.type == RELEASE:
            yield from _value(difference)


def _exposed(change: Change) -> Iterator[str]:
    kind = "ClusterIP"
    if change.after is not None:
        spec = change.after.inputs.get("spec")
        kind = str(spec.get("type", kind)) if isinstance(spec, Mapping) else kind
    if change.action is not Action.DELETE and (kind != "ClusterIP" or change.type.endswith("Ingress")):
        what = "an ingress" if change.type.endswith("Ingress") else f"a Service of type {kind}"
        yield f"**opens** {what} to outside the cluster"


def _linked(kind: str, difference: PropertyChange) -> Iterator[str]:
    old, new = (set(map(str, listed(_known(v)))) for v in (difference.before, difference.after))
    for name in sorted(new - old):
        yield f"takes the {kind} `{name}`"
    for name in sorted(old - new):
        refused = "; AWS refuses that while something in it is in use" if kind == "subnet" else ""
        yield f"gives up the {kind} `{name}`{refused}"


def _value(difference: PropertyChange) -> Iterator[str]:
    path = difference.path.removeprefix("values.")
    for pattern, values, what in _VALUES:
        if re.fullmatch(pattern, path) and (not values or difference.after in values):
            yield f"{what}: `{difference.path}` is {code(shown(difference.after))}"


def _known(value: Any) -> Any:
    """A list or one of its members; nothing where a side has none."""
    return redact(value) if isinstance(value, (list, str)) else None


def _rules(resource: Resource | None) -> set[str]:
    """What a resource lets through: a rule of its own, or the rules inside a group."""
    if resource is None:
        return set()
    inputs: dict[str, Any] = redact(dict(resource.inputs))
    if resource.type in (INGRESS, EGRESS):
        return set(_told(inputs, inward=resource.type == INGRESS))
    if resource.type == GROUP_RULE:
        return set(_told(inputs, inward=inputs.get("type") == "ingress"))
    if resource.type == GROUP:
        directions = {"ingress": True, "egress": False}
        return {
            rule
            for name, inward in directions.items()
            for given in listed(inputs.get(name))
            for rule in _told(given, inward=inward)
        }
    return set()


def _told(rule: Mapping[str, Any], *, inward: bool) -> Iterator[str]:
    protocol = rule.get("ipProtocol", rule.get("protocol"))
    first, last = rule.get("fromPort"), rule.get("toPort")
    every = first is None or str(protocol) == "-1"
    ports = "every port" if every else f"{first}" if first == last else f"{first}-{last}"
    sources = [str(source) for name in _SOURCES for source in listed(rule.get(name) or None)]
    sources += ["the group itself"] if rule.get("self") else []
    for source in sources or ["nobody"]:
        yield f"{protocol} {ports} {'from' if inward else 'to'} {source}"


def _everybody(rule: str) -> bool:
    source = rule.rpartition(" ")[2]
    try:
        network = ipaddress.ip_network(source, strict=False)
    except ValueError:
        return False
    return network.prefixlen < _EVERYBODY_BITS[network.version]
