"""The lines that a stack prints when the account, or a value past the settings, is not as it must be."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any


def account() -> str:
    """Clusters, providers and subnets that Airflow cannot use; and a cluster that it was not tested on."""
    from components import lookup_checks as checks

    lines = [line for cluster in _clusters() for line in checks.cluster_problems(cluster)]
    lines += [str(checks.untested(version)) for version in ("1.9", "1.35", "1.36")]
    for audiences in (["sts.amazonaws.com"], ["other", "more"], []):
        provider = SimpleNamespace(client_id_lists=audiences, arn="arn:aws:iam::1:oidc-provider/x")
        lines += checks.audience_problems("platform", provider)
    for zones in ((), ("a", "a"), ("a", "b")):
        facts = [_subnet(number, zone) for number, zone in enumerate(zones)]
        lines += checks.subnet_problems("vpc-1", facts)
    lines += checks.subnet_problems(
        "vpc-1", [_subnet(1, "a", "local", None, "igw-1"), _subnet(2, "b", vpc="vpc-2")]
    )
    return "".join(f"{line}\n" for line in lines)


def _clusters() -> Iterator[Any]:
    oidc = SimpleNamespace(issuer="https://oidc.example/id/A")
    issued = [SimpleNamespace(oidcs=[oidc])]
    for status, version, identities in (
        ("ACTIVE", "1.30", issued),
        ("UPDATING", "1.35", issued),
        ("FAILED", "1.31", issued),
        ("ACTIVE", "1.29", issued),
        ("ACTIVE", "1.9", issued),
        ("ACTIVE", "1.35", []),
    ):
        yield SimpleNamespace(name="platform", status=status, version=version, identities=identities)


def _subnet(number: int, zone: str, *gateways: str | None, vpc: str = "vpc-1") -> Any:
    from components.lookup_checks import SubnetFacts

    routes = [SimpleNamespace(gateway_id=gateway) for gateway in gateways]
    return SubnetFacts(subnet_id=f"subnet-{number}", vpc_id=vpc, zone=zone, routes=routes)


def arguments() -> str:
    """Odd values that the settings did not stop, and what the components say."""
    from components.alarm_rules import AlarmRule
    from components.identity import ServiceAccountRoleArgs
    from tests.stacks.component_limits import refusals

    rule: dict[str, Any] = {"key": "cpu", "metric": "CPU", "statistic": "Sum", "description": "busy"}
    role: dict[str, Any] = {
        "namespace": "airflow",
        "service_account": "worker",
        "oidc_provider_arn": "arn",
        "policy": "{}",
    }
    lines = [f"{'.'.join(path)} = {value!r}: {line}\n" for path, value, _, line in refusals()]
    for kind, given in (
        (AlarmRule, rule),
        (AlarmRule, {**rule, "below": 1, "above": 2}),
        (ServiceAccountRoleArgs, {**role, "issuer": "https://oidc.example"}),
        (ServiceAccountRoleArgs, {**role, "issuer": "oidc.example", "service_account": ""}),
    ):
        try:
            kind(**given)
        except ValueError as refusal:
            lines.append(f"{kind.__name__}: {refusal}\n")
    return "".join(lines)
