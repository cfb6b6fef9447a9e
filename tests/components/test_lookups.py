"""What is read from the account, and what is refused there."""

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pulumi
import pytest
from pulumi import InvokeOptions, Output

from components import lookups
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


def test_a_cluster_without_an_issuer_is_refused() -> None:
    with pytest.raises(ValueError, match="platform has no OIDC issuer"):
        lookups.issuer_of(SimpleNamespace(name="platform", identities=[SimpleNamespace(oidcs=[])]))


def test_the_issuer_comes_without_its_scheme() -> None:
    oidc = SimpleNamespace(issuer="https://oidc.example/id/A")
    found = lookups.issuer_of(SimpleNamespace(name="x", identities=[SimpleNamespace(oidcs=[oidc])]))
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


def subnet(vpc: str = "vpc-1", zone: str = "a") -> SimpleNamespace:
    return SimpleNamespace(vpc_id=vpc, availability_zone=zone)


def table(gateway: str = "") -> SimpleNamespace:
    return SimpleNamespace(routes=[SimpleNamespace(gateway_id=gateway)])


@pytest.mark.parametrize(
    ("subnets", "tables", "message"),
    [
        (
            [subnet(), subnet(zone="b", vpc="vpc-2")],
            [table(), table()],
            "s-2: must lie in the cluster's VPC vpc-1",
        ),
        (
            [subnet(), subnet(zone="b")],
            [table("igw-1"), table()],
            "s-1: must have no route to an internet gateway",
        ),
        ([subnet(), subnet()], [table(), table()], "at least two availability zones are needed"),
    ],
)
def test_a_subnet_that_a_database_must_not_live_in_is_refused(
    subnets: list[Any], tables: list[Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message) as raised:
        lookups.check_subnets(["s-1", "s-2"], "vpc-1", subnets, tables)
    assert "(got " in str(raised.value)


def test_all_problems_of_the_subnets_are_told_at_once() -> None:
    with pytest.raises(ValueError, match=r"s-1: .*; s-2: .*; at least two"):
        lookups.check_subnets(
            ["s-1", "s-2"], "vpc-1", [subnet(), subnet(vpc="vpc-2")], [table("igw-1"), table()]
        )


def test_private_routes_are_accepted() -> None:
    routes = [table("local"), SimpleNamespace(routes=[SimpleNamespace(gateway_id=None)])]
    assert lookups.check_subnets(["s-1", "s-2"], "vpc-1", [subnet(), subnet(zone="b")], routes) == [
        "s-1",
        "s-2",
    ]
