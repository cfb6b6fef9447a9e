"""The deployer's actions against what AWS's documentation asks for."""

from typing import Any

from tests.operations.test_access import allowed, place, statements

TAGGING = {
    "cloudwatch": "TagResource",
    "ec2": "CreateTags",
    "elasticache": "AddTagsToResource",
    "iam": "TagRole",
    "kms": "TagResource",
    "logs": "TagResource",
    "rds": "AddTagsToResource",
    "s3": "TagResource",
    "sns": "TagResource",
    "ssm": "AddTagsToResource",
}
"""Service -> what AWS asks for beside the action that makes something with tags."""


def granting(action: str) -> list[dict[str, Any]]:
    return [each for each in statements("deployer", place("dev")) if action in each["Action"]]


def test_things_can_be_made_with_their_tags() -> None:
    """What does not exist yet has no tags, so a right that its tags restrict is none."""
    for service, action in TAGGING.items():
        demanded = [s.get("Condition", {}).get("StringEquals", {}) for s in granting(f"{service}:{action}")]
        free = [keys for keys in demanded if not any(key.startswith("aws:ResourceTag/") for key in keys)]
        assert free, f"{service}: tags can only be changed"


def test_tagging_takes_over_no_key_of_another_stack() -> None:
    for statement in granting("kms:TagResource"):
        demanded = {key for keys in statement["Condition"].values() for key in keys}
        assert {"aws:ResourceTag/Project", "aws:ResourceTag/Environment"} <= demanded


INDISPENSABLE = {
    "cloudwatch": "PutMetricAlarm DescribeAlarms DeleteAlarms",
    "ec2": "CreateSecurityGroup DescribeSecurityGroups DeleteSecurityGroup RevokeSecurityGroupEgress"
    " AuthorizeSecurityGroupIngress DescribeSecurityGroupRules RevokeSecurityGroupIngress",
    "elasticache": "CreateReplicationGroup DescribeReplicationGroups DeleteReplicationGroup"
    " CreateCacheParameterGroup DescribeCacheParameterGroups DeleteCacheParameterGroup"
    " CreateCacheSubnetGroup DescribeCacheSubnetGroups DeleteCacheSubnetGroup",
    "iam": "CreateRole GetRole DeleteRole PassRole PutRolePolicy GetRolePolicy DeleteRolePolicy"
    " AttachRolePolicy ListAttachedRolePolicies DetachRolePolicy",
    "kms": "CreateKey DescribeKey ScheduleKeyDeletion EnableKeyRotation GetKeyPolicy PutKeyPolicy CreateGrant"
    " CreateAlias ListAliases DeleteAlias",
    "logs": "CreateLogGroup DescribeLogGroups DeleteLogGroup PutRetentionPolicy",
    "rds": "CreateDBInstance DescribeDBInstances ModifyDBInstance DeleteDBInstance CreateDBParameterGroup"
    " DescribeDBParameters DeleteDBParameterGroup CreateDBSubnetGroup DescribeDBSubnetGroups"
    " DeleteDBSubnetGroup CreateEventSubscription DescribeEventSubscriptions DeleteEventSubscription",
    "s3": "CreateBucket ListBucket DeleteBucket PutLifecycleConfiguration GetLifecycleConfiguration"
    " PutBucketLogging PutBucketNotification PutBucketOwnershipControls PutBucketPolicy GetBucketPolicy"
    " DeleteBucketPolicy PutBucketPublicAccessBlock PutEncryptionConfiguration PutBucketVersioning",
    "sns": "CreateTopic GetTopicAttributes SetTopicAttributes DeleteTopic Subscribe"
    " GetSubscriptionAttributes Unsubscribe",
    "ssm": "PutParameter GetParameter DeleteParameter DescribeParameters",
}
"""Service -> what making, reading and deleting the program's things asks for, by AWS's names of actions."""


def test_a_deployer_can_make_read_and_delete_what_the_program_registers() -> None:
    wanted = {f"{service}:{name}" for service, names in INDISPENSABLE.items() for name in names.split()}
    assert wanted - allowed("deployer", "prod") == set()
