"""Answers to look-ups: one existing EKS cluster with private subnets in two zones, as data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_OIDC_ID = "EXAMPLED539D4633E53DE1B71EXAMPLE"


def answer(token: str, args: Mapping[str, Any], account: str, region: str) -> dict[str, Any]:
    """What AWS would answer. Raises LookupError for a token that has no answer here."""
    issuer = f"oidc.eks.{region}.amazonaws.com/id/{_OIDC_ID}"
    if token == "aws:eks/getCluster:getCluster":
        return _cluster(str(args["name"]), issuer, account, region)
    if token == "aws:iam/getOpenIdConnectProvider:getOpenIdConnectProvider":
        arn = f"arn:aws:iam::{account}:oidc-provider/{issuer}"
        return {
            "id": arn,
            "arn": arn,
            "url": issuer,
            "clientIdLists": ["sts.amazonaws.com"],
            "thumbprintLists": [],
        }
    if token == "aws:index/getCallerIdentity:getCallerIdentity":
        return {
            "id": account,
            "accountId": account,
            "arn": f"arn:aws:iam::{account}:user/deployer",
            "userId": "AIDA",
        }
    if token == "aws:index/getPartition:getPartition":
        return {
            "id": "aws",
            "partition": "aws",
            "dnsSuffix": "amazonaws.com",
            "reverseDnsPrefix": "com.amazonaws",
        }
    if token == "aws:index/getRegion:getRegion":
        return {"id": region, "region": region, "name": region, "description": region, "endpoint": ""}
    raise LookupError(f"{token}: no answer for this look-up; add one to offline/lookups.py")


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
            "vpcId": "vpc-0a1b2c3d4e5f60718",
            "clusterSecurityGroupId": "sg-0a1b2c3d4e5f60718",
            "subnetIds": ["subnet-0aaaaaaaaaaaaaaaa", "subnet-0bbbbbbbbbbbbbbbb"],
            "endpointPrivateAccess": True,
            "endpointPublicAccess": False,
            "publicAccessCidrs": [],
            "securityGroupIds": [],
            "controlPlaneEgressMode": "",
        },
    }
