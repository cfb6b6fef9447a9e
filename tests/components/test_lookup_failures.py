"""What a stack prints when the account is not as it must be: the whole program, against altered answers."""

from collections.abc import Callable, Mapping
from typing import Any

import pulumi
import pytest

import offline
from offline.static import StaticBackend

CLUSTER = "aws:eks/getCluster:getCluster"
PROVIDER = "aws:iam/getOpenIdConnectProvider:getOpenIdConnectProvider"
SUBNET = "aws:ec2/getSubnet:getSubnet"
TABLES = "aws:ec2/getRouteTables:getRouteTables"
TABLE = "aws:ec2/getRouteTable:getRouteTable"
PUBLIC = {"cidrBlock": "0.0.0.0/0", "gatewayId": "igw-0a1b2c3d4e5f60718"}
IN_MAIN_TABLE: dict[str, Any] = {TABLES: {"ids": []}}

Answer = Mapping[str, Any] | Exception


class Altered(StaticBackend):
    """The usual account, except for the answers to some look-ups."""

    altered: Mapping[str, Answer]
    asked: list[tuple[str, Mapping[str, Any]]]

    def invoke(self, token: str, args: Mapping[str, Any]) -> Mapping[str, Any]:
        self.asked.append((token, args))
        change = self.altered.get(token, {})
        if isinstance(change, Exception):
            raise change
        return {**super().invoke(token, args), **change}


def altered(answers: Mapping[str, Answer]) -> Altered:
    backend = Altered("111122223333", "us-east-1")
    object.__setattr__(backend, "altered", answers)
    object.__setattr__(backend, "asked", [])
    return backend


@pytest.fixture(params=[False, True], ids=["update", "preview"])
def refusal(request: pytest.FixtureRequest) -> Callable[[Mapping[str, Answer]], list[str]]:
    """Runs the prod stack, which must stop, and gives the lines that a user sees."""

    def run(answers: Mapping[str, Answer]) -> list[str]:
        with pytest.raises(pulumi.RunError) as stopped:
            offline.run("prod", altered(answers), preview=request.param)
        return str(stopped.value).splitlines()

    return run


Refusal = Callable[[Mapping[str, Answer]], list[str]]
ONE_ZONE = {"availabilityZone": "us-east-1a"}


@pytest.mark.parametrize(
    ("answers", "path", "said"),
    [
        (
            {CLUSTER: offline.Refused("no such cluster")},
            "cluster.name",
            "should be an EKS cluster of this account",
        ),
        (
            {CLUSTER: {"status": "FAILED"}},
            "cluster.name",
            "wait until EKS has made or repaired it (got FAILED)",
        ),
        (
            {CLUSTER: {"version": "1.29"}},
            "cluster.name",
            "Kubernetes 1.30 or newer for chart 1.22.0; upgrade it first",
        ),
        ({CLUSTER: {"identities": []}}, "cluster.name", "should have an OIDC issuer"),
        (
            {PROVIDER: offline.Refused("not found")},
            "cluster.name",
            "eksctl utils associate-iam-oidc-provider --cluster",
        ),
        (
            {PROVIDER: {"clientIdLists": ["other"]}},
            "cluster.name",
            "add-client-id-to-open-id-connect-provider",
        ),
        (
            {SUBNET: offline.Refused("no matching subnet")},
            "network.subnet_ids",
            "readable with ec2:Describe*",
        ),
        (
            {SUBNET: ONE_ZONE},
            "network.subnet_ids",
            "two availability zones; add a subnet of another one (got us-east-1a)",
        ),
        ({TABLE: offline.Refused("denied")}, "network.subnet_ids", "readable with ec2:Describe* (got"),
    ],
)
def test_a_failure_is_one_line_with_its_remedy(
    refusal: Refusal, answers: Mapping[str, Answer], path: str, said: str
) -> None:
    lines = refusal(answers)
    subnets = {SUBNET, TABLE} & answers.keys() and "two availability zones" not in said
    assert len(lines) == (2 if subnets else 1)
    for line in lines:
        assert line.startswith(f"airflow:{path}: ")
        assert said in line
        assert "(got " in line


def test_the_cloud_s_own_words_are_kept(refusal: Refusal) -> None:
    (line,) = refusal({PROVIDER: offline.Refused("AccessDenied: no\nListOpenIDConnectProviders")})
    assert "AccessDenied: no ListOpenIDConnectProviders" in line


@pytest.mark.parametrize("found_by", [{}, IN_MAIN_TABLE], ids=["own table", "main table"])
def test_a_public_subnet_is_refused_wherever_its_route_stands(
    refusal: Refusal, found_by: dict[str, Any]
) -> None:
    lines = refusal({**found_by, TABLE: {"routes": [PUBLIC]}})
    assert len(lines) == 2
    assert all("no route to an internet gateway; choose a private one (got igw-" in line for line in lines)


def test_a_subnet_of_another_vpc_is_refused(refusal: Refusal) -> None:
    lines = refusal({SUBNET: {"vpcId": "vpc-0other"}})
    assert len(lines) == 2
    assert all("should lie in the cluster's VPC vpc-0a1b2c3d4e5f60718" in line for line in lines)


def test_all_that_is_wrong_with_a_cluster_is_told_at_once(refusal: Refusal) -> None:
    assert len(refusal({CLUSTER: {"status": "CREATING", "version": "1.9", "identities": []}})) == 3


@pytest.mark.parametrize("preview", [False, True])
def test_a_look_up_without_an_answer_is_the_test_engine_s_error(preview: bool) -> None:
    with pytest.raises(LookupError, match="no answer"):
        offline.run("prod", altered({CLUSTER: LookupError("no answer")}), preview=preview)


def test_the_main_table_is_asked_for_by_vpc() -> None:
    backend = altered(IN_MAIN_TABLE)
    offline.run("prod", backend)
    asked = [args for token, args in backend.asked if token == TABLE]
    assert len(asked) == 2
    assert all(args["vpcId"] == "vpc-0a1b2c3d4e5f60718" for args in asked)
    assert all(args["filters"] == [{"name": "association.main", "values": ["true"]}] for args in asked)


@pytest.mark.parametrize(("version", "warns"), [("1.35", False), ("1.36", True)])
def test_an_untested_kubernetes_is_a_warning(
    version: str, warns: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(pulumi, "warn", said.append)
    offline.run("prod", altered({CLUSTER: {"version": version}}))
    assert bool(said) == warns
