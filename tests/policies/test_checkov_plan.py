"""What Checkov is given: Terraform's names, literal documents, references, no secret."""

from __future__ import annotations

import json
from typing import Any

import pytest

import offline
from offline.graph import Resource
from policies.checkov.checks import EXPECTED, unknown_types
from policies.checkov.terraform import aws_resources, plan, terraform_type
from policies.evaluate import POLICIES
from tests.recorded import recorded


def planned(name: str, part: str = "planned_values") -> dict[str, Any]:
    """One resource of prod's plan."""
    resources = plan(recorded("prod"))[part]["root_module"]["resources"]
    (found,) = [resource for resource in resources if resource["name"] == name]
    return found


@pytest.mark.parametrize("stack", offline.stack_names())
def test_the_list_knows_every_aws_type_of_every_stack(stack: str) -> None:
    assert list(unknown_types({r.type for r in aws_resources(recorded(stack))})) == []


@pytest.mark.parametrize(
    ("type_", "name"), [("aws:rds/proxy:Proxy", "aws_db_proxy"), ("aws:wafv2:WebAcl", "aws_wafv2_web_acl")]
)
def test_a_type_that_the_list_does_not_know_is_named(type_: str, name: str) -> None:
    (told,) = unknown_types({type_, "aws:rds/instance:Instance"})
    assert told.startswith(f"{type_}: {name} is not in checks.yaml")


def test_the_list_knows_no_type_that_no_stack_has() -> None:
    used = {terraform_type(r.type) for stack in offline.stack_names() for r in aws_resources(recorded(stack))}
    assert set(EXPECTED) - used == set()


def test_every_check_names_a_policy_that_exists() -> None:
    named = {policy for checks in EXPECTED.values() for policy in checks.values() if policy}
    assert named - {policy.number for policy in POLICIES} == set()


@pytest.mark.parametrize(
    ("token", "type_"),
    [
        ("aws:rds/parameterGroup:ParameterGroup", "aws_db_parameter_group"),
        ("aws:ec2/securityGroup:SecurityGroup", "aws_security_group"),
        (
            "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
            "aws_vpc_security_group_ingress_rule",
        ),
        ("aws:s3/bucketPolicy:BucketPolicy", "aws_s3_bucket_policy"),
    ],
)
def test_a_type_has_terraform_s_name(token: str, type_: str) -> None:
    assert terraform_type(token) == type_


def test_arguments_have_terraform_s_names_and_repeated_blocks_their_singular() -> None:
    assert planned("database-instance")["values"]["multi_az"] is True
    assert planned("database-instance")["values"]["enabled_cloudwatch_logs_exports"] == [
        "postgresql",
        "upgrade",
    ]
    group = planned("database-parameters-postgres17")["values"]
    assert {"name": "rds.force_ssl", "value": "1", "apply_method": "immediate"} in group["parameter"]
    (rule,) = planned("logs-encryption")["values"]["rule"]
    assert rule["apply_server_side_encryption_by_default"]["sse_algorithm"] == "aws:kms"


def test_an_argument_that_names_a_resource_is_a_reference_and_has_no_value() -> None:
    assert "bucket" not in planned("logs-versioning")["values"]
    assert planned("logs-versioning", "configuration")["expressions"]["bucket"] == {
        "references": ["aws_s3_bucket.logs-bucket.id"]
    }
    instance = planned("database-instance", "configuration")["expressions"]
    assert instance["vpc_security_group_ids"] == {"references": ["aws_security_group.database-firewall.id"]}
    (subscription,) = [
        r
        for r in plan(recorded("prod"))["configuration"]["root_module"]["resources"]
        if r["type"] == "aws_sns_topic_subscription"
    ]
    assert list(subscription["expressions"]) == ["topic_arn"]


def test_a_document_is_literal_although_it_names_resources() -> None:
    document = json.loads(planned("identity-api-server-policy")["values"]["policy"])
    assert document["Statement"][0]["Resource"].startswith("arn:aws:s3:::logs-bucket-")


def test_a_list_that_names_resources_and_others_keeps_its_values() -> None:
    bucket = Resource(urn="b", type="aws:s3/bucket:Bucket", name="b", outputs={"id": "b-1"})
    group = Resource(
        urn="g",
        type="aws:rds/subnetGroup:SubnetGroup",
        name="g",
        inputs={"subnetIds": ["b-1", "subnet-1"]},
        property_dependencies={"subnetIds": ("b",)},
    )
    resources = plan(offline.Graph.of([bucket, group]))["planned_values"]["root_module"]["resources"]
    assert resources[1]["values"] == {"subnet_ids": ["b-1", "subnet-1"]}


@pytest.mark.parametrize("stack", offline.stack_names())
def test_a_plan_holds_no_secret(stack: str) -> None:
    graph = recorded(stack)
    text = json.dumps(plan(graph))
    assert [secret for secret in graph.secrets() if secret in text] == []
    assert '"password": "[secret]"' in text
