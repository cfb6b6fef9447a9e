"""What is read from the account, and what is refused there."""

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pulumi
from pulumi import InvokeOptions, Output

from components import lookup_checks, lookups
from components.lookup_checks import SubnetFacts
from offline import record_program
from tests.components.samples import ACCOUNT, REGION


class Shown(pulumi.ComponentResource):
    """Carries look-ups into the graph, where a test can read them."""

    def __init__(self, values: dict[str, Output[Any]]) -> None:
        super().__init__("airflow:index:Shown", "shown")
        self.register_outputs(values)


def shown(read: Callable[[], dict[str, Output[Any]]]) -> dict[str, Any]:
    return dict(record_program(lambda: Shown(read())).named("shown").outputs)


def cluster() -> lookups.Cluster:
    return lookups.find_cluster("platform", InvokeOptions())


def test_the_cluster_gives_what_roles_firewall_and_provider_need() -> None:
    found = shown(lambda: vars(cluster()))
    assert found["arn"] == f"arn:aws:eks:{REGION}:{ACCOUNT}:cluster/platform"
    assert found["issuer"].startswith(f"oidc.eks.{REGION}.amazonaws.com/id/")
    assert found["oidc_provider_arn"] == f"arn:aws:iam::{ACCOUNT}:oidc-provider/{found['issuer']}"
    assert found["vpc_id"].startswith("vpc-")
    assert found["security_group_id"].startswith("sg-")


def test_the_issuer_comes_without_its_scheme() -> None:
    oidc = SimpleNamespace(issuer="https://oidc.example/id/A")
    found = lookup_checks.issuer_of(SimpleNamespace(name="x", identities=[SimpleNamespace(oidcs=[oidc])]))
    assert found == "oidc.example/id/A"


def test_the_account_is_that_of_the_credentials() -> None:
    found = shown(lambda: vars(lookups.find_account(InvokeOptions())))
    assert found == {"account_id": ACCOUNT, "partition": "aws"}


def test_the_kubeconfig_asks_for_a_token_and_holds_none() -> None:
    text = shown(lambda: {"config": lookups.kubeconfig(cluster(), "platform", REGION)})["config"]
    config = json.loads(text)
    user = config["users"][0]["user"]
    assert list(user) == ["exec"]
    assert user["exec"]["command"] == "aws"
    assert user["exec"]["args"] == ["--region", REGION, "eks", "get-token", "--cluster-name", "platform"]
    assert config["current-context"] == config["contexts"][0]["name"] == "platform"
    assert config["clusters"][0]["cluster"]["certificate-authority-data"]


def test_private_subnets_pass_in_their_order() -> None:
    ids = ["subnet-b", "subnet-a"]
    found = shown(
        lambda: {"ids": Output.all(*lookups.find_private_subnets(ids, cluster().vpc_id, InvokeOptions()))}
    )
    assert found == {"ids": ids}


def subnet(zone: str, *gateways: str | None) -> SubnetFacts:
    routes = [SimpleNamespace(gateway_id=gateway) for gateway in gateways]
    return SubnetFacts(subnet_id=f"s-{zone}", vpc_id="vpc-1", zone=zone, routes=routes)


def test_private_routes_are_accepted() -> None:
    assert (
        lookup_checks.subnet_problems("vpc-1", [subnet("a", "local", "vgw-1"), subnet("b", None, "")]) == []
    )


def test_all_problems_of_the_subnets_are_told_at_once() -> None:
    lines = lookup_checks.subnet_problems("vpc-2", [subnet("a", "local", "igw-1"), subnet("a", "local")])
    assert len(lines) == 4
    assert all(line.startswith("airflow:network.subnet_ids: ") and "(got " in line for line in lines)


def test_releases_are_compared_as_numbers() -> None:
    assert lookup_checks.untested("1.9") is None
    assert lookup_checks.untested("1.100")
