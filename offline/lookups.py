"""Answers to look-ups: one existing EKS cluster with private subnets in two zones, as data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_VPC_ID = "vpc-0a1b2c3d4e5f60718"
_ROUTE_TABLE_ID = "rtb-0a1b2c3d4e5f60718"
_OIDC_ID = "EXAMPLED539D4633E53DE1B71EXAMPLE"


def answer(function: str, args: Mapping[str, Any], account: str, region: str) -> dict[str, Any]:
    """What AWS would answer to a provider function. Raises LookupError for one without an answer here."""
    issuer = f"oidc.eks.{region}.amazonaws.com/id/{_OIDC_ID}"
    provider = f"arn:aws:iam::{account}:oidc-provider/{issuer}"
    user = f"arn:aws:iam::{account}:user/deployer"
    answers: Mapping[str, dict[str, Any]] = {
        "aws:iam/getOpenIdConnectProvider:getOpenIdConnectProvider": {
            **{"id": provider, "arn": provider, "url": issuer},
            **{"clientIdLists": ["sts.amazonaws.com"], "thumbprintLists": []},
        },
        "aws:index/getCallerIdentity:getCallerIdentity": {
            **{"id": account, "accountId": account, "arn": user, "userId": "AIDAEXAMPLE"},
        },
        "aws:index/getPartition:getPartition": {
            **{"id": "aws", "partition": "aws"},
            **{"dnsSuffix": "amazonaws.com", "reverseDnsPrefix": "com.amazonaws"},
        },
    }
    if function == "aws:eks/getCluster:getCluster":
        return _cluster(str(args["name"]), issuer, account, region)
    if function == "aws:ec2/getSubnet:getSubnet":
        # Nothing but AWS knows the zones of a user's subnets; offline each counts as one of its own.
        subnet_id = str(args["id"])
        return {"id": subnet_id, "vpcId": _VPC_ID, "availabilityZone": f"{region}-of-{subnet_id}"}
    if function == "aws:ec2/getRouteTables:getRouteTables":
        return {"id": region, "ids": [_ROUTE_TABLE_ID]}
    if function == "aws:ec2/getRouteTable:getRouteTable":
        route = {"cidrBlock": "0.0.0.0/0", "natGatewayId": "nat-0a1b2c3d4e5f60718", "gatewayId": ""}
        return {"id": _ROUTE_TABLE_ID, "routeTableId": _ROUTE_TABLE_ID, "vpcId": _VPC_ID, "routes": [route]}
    if function not in answers:
        raise LookupError(f"{function}: no answer for this look-up; add one to offline/lookups.py")
    return answers[function]


def _cluster(name: str, issuer: str, account: str, region: str) -> dict[str, Any]:
    return {
        "id": name,
        "name": name,
        "arn": f"arn:aws:eks:{region}:{account}:cluster/{name}",
        "endpoint": f"https://EXAMPLE.gr7.{region}.eks.amazonaws.com",
        "certificateAuthorities": [{"data": "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCg=="}],
        "identities": [{"oidcs": [{"issuer": f"https://{issuer}"}]}],
        "status": "ACTIVE",
        "version": "1.35",
        "vpcConfig": {
            "vpcId": _VPC_ID,
            "clusterSecurityGroupId": "sg-0a1b2c3d4e5f60718",
            "subnetIds": ["subnet-0aaaaaaaaaaaaaaaa", "subnet-0bbbbbbbbbbbbbbbb"],
            "endpointPrivateAccess": True,
            "endpointPublicAccess": False,
            "publicAccessCidrs": [],
            "securityGroupIds": [],
            "controlPlaneEgressMode": "",
        },
    }
