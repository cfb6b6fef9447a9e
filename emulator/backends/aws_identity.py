"""IAM roles and SNS topics: real documents in the local server, where tools can read them; not enforced."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from emulator.backends.aws_storage import Inputs, absent


def _role(aws: Any, inputs: Inputs, outputs: Inputs) -> None:
    name, trust = outputs["name"], inputs["assumeRolePolicy"]
    try:
        aws.iam.get_role(RoleName=name)
        aws.iam.update_assume_role_policy(RoleName=name, PolicyDocument=trust)
    except ClientError as error:
        if not absent(error):
            raise
        aws.iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)


def _remove_role(aws: Any, inputs: Inputs, outputs: Inputs) -> None:
    name = outputs["name"]
    try:
        for policy in aws.iam.list_role_policies(RoleName=name)["PolicyNames"]:
            aws.iam.delete_role_policy(RoleName=name, PolicyName=policy)
        aws.iam.delete_role(RoleName=name)
    except ClientError as error:
        if not absent(error):
            raise


def _role_policy(aws: Any, inputs: Inputs, outputs: Inputs) -> None:
    name = outputs["id"].split(":", 1)[1]
    aws.iam.put_role_policy(RoleName=inputs["role"], PolicyName=name, PolicyDocument=inputs["policy"])


def _remove_role_policy(aws: Any, inputs: Inputs, outputs: Inputs) -> None:
    try:
        aws.iam.delete_role_policy(RoleName=inputs["role"], PolicyName=outputs["id"].split(":", 1)[1])
    except ClientError as error:
        if not absent(error):
            raise


def _topic(aws: Any, inputs: Inputs, outputs: Inputs) -> None:
    key = {"KmsMasterKeyId": inputs["kmsMasterKeyId"]} if inputs.get("kmsMasterKeyId") else {}
    aws.sns.create_topic(Name=outputs["name"], Attributes=key)


def _remove_topic(aws: Any, inputs: Inputs, outputs: Inputs) -> None:
    aws.sns.delete_topic(TopicArn=outputs["arn"])


def _topic_policy(aws: Any, inputs: Inputs, outputs: Inputs) -> None:
    aws.sns.set_topic_attributes(
        TopicArn=inputs["arn"], AttributeName="Policy", AttributeValue=inputs["policy"]
    )


def _subscription(aws: Any, inputs: Inputs, outputs: Inputs) -> None:
    # Nothing is ever sent: the local server has no mail.
    aws.sns.subscribe(TopicArn=inputs["topic"], Protocol=inputs["protocol"], Endpoint=inputs["endpoint"])


MAKERS: Mapping[str, Any] = {
    "aws:iam/role:Role": _role,
    "aws:iam/rolePolicy:RolePolicy": _role_policy,
    "aws:sns/topic:Topic": _topic,
    "aws:sns/topicPolicy:TopicPolicy": _topic_policy,
    "aws:sns/topicSubscription:TopicSubscription": _subscription,
}
REMOVERS: Mapping[str, Any] = {
    "aws:iam/role:Role": _remove_role,
    "aws:iam/rolePolicy:RolePolicy": _remove_role_policy,
    "aws:sns/topic:Topic": _remove_topic,
}
