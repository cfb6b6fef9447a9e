"""Two sets of edits to prod's graph that together fail every check that can fail."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from offline.graph import Graph, Resource
from tests.policies.breaking import DELETE, document

OPEN = document({"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"})
LOCKED = document({"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::b"})
EVERYBODY = {"cidrIpv4": "0.0.0.0/0", "description": DELETE, "referencedSecurityGroupId": DELETE}
INLINE = {"protocol": "-1", "fromPort": 0, "toPort": 0, "cidrBlocks": ["0.0.0.0/0"]}
ADMINISTRATOR, IAM = ("arn:aws:iam::aws:policy/" + name for name in ("AdministratorAccess", "IAMFullAccess"))
ACCOUNT = "arn:aws:iam::444455556666:root"
ANY_REPOSITORY = {
    "Effect": "Allow",
    "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"},
    "Action": "sts:AssumeRoleWithWebIdentity",
}


def trust(principal: str) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"}


FIRST: dict[str, dict[str, Any] | None] = {
    "aws:cloudwatch/logGroup:LogGroup": {"kmsKeyId": DELETE, "retentionInDays": DELETE},
    "aws:cloudwatch/metricAlarm:MetricAlarm": {"actionsEnabled": False},
    "aws:ec2/securityGroup:SecurityGroup": {
        "description": DELETE,
        "ingress": [INLINE | {"protocol": "tcp", "toPort": 65535}],
        "egress": [INLINE],
    },
    "aws:elasticache/replicationGroup:ReplicationGroup": {
        "atRestEncryptionEnabled": False,
        "transitEncryptionEnabled": False,
        "authToken": DELETE,
        "kmsKeyId": DELETE,
        "automaticFailoverEnabled": False,
    },
    "aws:iam/role:Role": {"assumeRolePolicy": document(trust("*")), "managedPolicyArns": [ADMINISTRATOR]},
    "aws:iam/rolePolicy:RolePolicy": {"policy": OPEN},
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": {"policyArn": ADMINISTRATOR},
    "aws:kms/key:Key": {"enableKeyRotation": False, "policy": OPEN},
    "aws:rds/instance:Instance": {
        "storageEncrypted": False,
        "publiclyAccessible": True,
        "monitoringInterval": 0,
        "enabledCloudwatchLogsExports": [],
        "backupRetentionPeriod": 0,
        "multiAz": False,
        "iamDatabaseAuthenticationEnabled": False,
        "caCertIdentifier": "rds-ca-2019",
        "autoMinorVersionUpgrade": False,
        "deletionProtection": False,
        "performanceInsightsEnabled": False,
        "copyTagsToSnapshot": False,
    },
    "aws:rds/parameterGroup:ParameterGroup": {"parameters": []},
    "aws:s3/bucket:Bucket": {"acl": "public-read-write"},
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": None,
    "aws:s3/bucketLogging:BucketLogging": None,
    "aws:s3/bucketNotification:BucketNotification": None,
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": {"rule": {"objectOwnership": "ObjectWriter"}},
    "aws:s3/bucketPolicy:BucketPolicy": {"policy": OPEN},
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": {
        "blockPublicAcls": False,
        "blockPublicPolicy": False,
        "ignorePublicAcls": False,
        "restrictPublicBuckets": False,
    },
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": None,
    "aws:s3/bucketVersioning:BucketVersioning": None,
    "aws:sns/topic:Topic": {"kmsMasterKeyId": DELETE},
    "aws:sns/topicPolicy:TopicPolicy": {"policy": OPEN},
    "aws:ssm/parameter:Parameter": {"type": "String", "keyId": DELETE},
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": {
        **EVERYBODY,
        "fromPort": 0,
        "toPort": 65535,
    },
}
"""Type -> properties and their wrong values; None takes the resources away."""
SECOND: dict[str, dict[str, Any] | None] = {
    "aws:ec2/securityGroup:SecurityGroup": {"ingress": [INLINE | {"fromPort": -1, "toPort": -1}]},
    "aws:elasticache/replicationGroup:ReplicationGroup": {"securityGroupIds": []},
    "aws:iam/role:Role": {
        "assumeRolePolicy": document(ANY_REPOSITORY, trust(ACCOUNT)),
        "managedPolicyArns": [IAM],
    },
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": {"policyArn": IAM},
    "aws:kms/key:Key": {"isEnabled": False, "policy": DELETE},
    "aws:rds/instance:Instance": {
        "performanceInsightsKmsKeyId": DELETE,
        "vpcSecurityGroupIds": [],
    },
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": {
        "rules": [{"id": "expire", "status": "Enabled", "expiration": {"days": 1}}]
    },
    "aws:s3/bucketPolicy:BucketPolicy": {"policy": LOCKED},
    "aws:sns/topicPolicy:TopicPolicy": {"policy": document(trust(ACCOUNT))},
    "aws:ssm/parameter:Parameter": {"keyId": DELETE},
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": {
        **EVERYBODY,
        "ipProtocol": "-1",
        "fromPort": -1,
        "toPort": -1,
    },
}
NEVER = {
    ("aws_db_instance", "CKV_AWS_388"): "is about Aurora",
    ("aws_db_instance", "CKV2_AWS_30"): "asks for logged statements or for Postgres, and this is Postgres",
    ("aws_s3_bucket", "CKV_AWS_19"): "counts on AWS, which encrypts each new bucket",
    ("aws_s3_bucket", "CKV_AWS_93"): "reads the policy inside a bucket; ours is a resource of its own",
}
"""Type and check that pass whatever is broken, and why."""


def broken(graph: Graph, edits: dict[str, dict[str, Any] | None]) -> Graph:
    """The graph with these edits of all resources of their types."""
    kept = [resource for resource in graph.resources if edits.get(resource.type, {}) is not None]
    return Graph.of([_edited(resource, edits.get(resource.type) or {}) for resource in kept], graph.exports)


def _edited(resource: Resource, edits: dict[str, Any]) -> Resource:
    inputs = {key: value for key, value in {**resource.inputs, **edits}.items() if value is not DELETE}
    return replace(resource, inputs=inputs)
