"""Ports and sources that a change opens or closes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from offline.graph import Resource, redact
from review.model import Change, Finding
from review.text import code

INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
_SOURCES = ("cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId")
_EVERYBODY = ("0.0.0.0/0", "::/0")


def openings(changes: Sequence[Change]) -> list[Finding]:
    """Rules that appear (opened) or vanish (closed), and data stores that become public."""
    return [finding for change in changes for finding in _of(change)]


def _of(change: Change) -> Iterator[Finding]:
    if change.type in (INGRESS, EGRESS):
        before, after = _rule(change.before), _rule(change.after)
        if before == after:
            return
        if after:
            loud = " — **to everybody**" if any(source in after for source in _EVERYBODY) else ""
            yield Finding(
                text=f"`{change.name}` **opens** {code(after)}{loud}",
                details={"urn": change.urn, "opens": after},
            )
        if before:
            yield Finding(
                text=f"`{change.name}` closes {code(before)}", details={"urn": change.urn, "closes": before}
            )
    for difference in change.properties:
        if difference.path == "publiclyAccessible" and difference.after is True:
            yield Finding(
                text=f"`{change.name}` becomes **reachable from the internet**", details={"urn": change.urn}
            )


def _rule(resource: Resource | None) -> str:
    if resource is None:
        return ""
    inputs: dict[str, Any] = redact(dict(resource.inputs))
    first, last = inputs.get("fromPort"), inputs.get("toPort")
    ports = "every port" if first is None else f"{first}" if first == last else f"{first}-{last}"
    sources = ", ".join(str(inputs[name]) for name in _SOURCES if inputs.get(name))
    towards = "from" if resource.type == INGRESS else "to"
    return f"{inputs.get('ipProtocol')} {ports} {towards} {sources}"
