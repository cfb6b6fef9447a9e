"""What a provider would compute for each resource type, as templates over names and inputs.

A type that stands in no table is an error that names it: a silent None would let a program pass
here and fail in the cloud. Identifiers are functions of the URN, so that a graph is reproducible.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from offline.generated import generated
from offline.graph import Resource, plain

# type: {output: template}; `{name}` is the physical name, `{hex}` 32 digits that follow from the URN.
AWS: Mapping[str, Mapping[str, str]] = {
    "aws:cloudwatch/logGroup:LogGroup": {
        "id": "{name}",
        "arn": "arn:aws:logs:{region}:{account}:log-group:{name}",
    },
    "aws:cloudwatch/metricAlarm:MetricAlarm": {
        "id": "{name}",
        "arn": "arn:aws:cloudwatch:{region}:{account}:alarm:{name}",
    },
    "aws:ec2/securityGroup:SecurityGroup": {
        "id": "sg-{hex17}",
        "arn": "arn:aws:ec2:{region}:{account}:security-group/sg-{hex17}",
    },
    "aws:elasticache/parameterGroup:ParameterGroup": {
        "id": "{name}",
        "arn": "arn:aws:elasticache:{region}:{account}:parametergroup:{name}",
    },
    "aws:elasticache/replicationGroup:ReplicationGroup": {
        "id": "{name}",
        "arn": "arn:aws:elasticache:{region}:{account}:replicationgroup:{name}",
        "primaryEndpointAddress": "master.{name}.abc123.use1.cache.amazonaws.com",
        "readerEndpointAddress": "replica.{name}.abc123.use1.cache.amazonaws.com",
    },
    "aws:elasticache/subnetGroup:SubnetGroup": {
        "id": "{name}",
        "arn": "arn:aws:elasticache:{region}:{account}:subnetgroup:{name}",
    },
    "aws:iam/role:Role": {
        "id": "{name}",
        "arn": "arn:aws:iam::{account}:role/{name}",
        "uniqueId": "AROA{hex17}",
    },
    "aws:iam/rolePolicy:RolePolicy": {"id": "{role}:{name}"},
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": {"id": "{role}-{hex17}"},
    "aws:kms/alias:Alias": {"id": "{name}", "arn": "arn:aws:kms:{region}:{account}:{name}"},
    "aws:kms/key:Key": {
        "id": "{uuid}",
        "keyId": "{uuid}",
        "arn": "arn:aws:kms:{region}:{account}:key/{uuid}",
    },
    "aws:rds/eventSubscription:EventSubscription": {
        "id": "{name}",
        "arn": "arn:aws:rds:{region}:{account}:es:{name}",
    },
    "aws:rds/instance:Instance": {
        "id": "db-{HEX26}",
        "arn": "arn:aws:rds:{region}:{account}:db:{name}",
        "resourceId": "db-{HEX26}",
        "address": "{name}.abc123.{region}.rds.amazonaws.com",
        "engineVersionActual": "{engineVersion}",
        "status": "available",
    },
    "aws:rds/parameterGroup:ParameterGroup": {
        "id": "{name}",
        "arn": "arn:aws:rds:{region}:{account}:pg:{name}",
    },
    "aws:rds/subnetGroup:SubnetGroup": {
        "id": "{name}",
        "arn": "arn:aws:rds:{region}:{account}:subgrp:{name}",
    },
    "aws:s3/bucket:Bucket": {
        "id": "{name}",
        "arn": "arn:aws:s3:::{name}",
        "bucketRegionalDomainName": "{name}.s3.{region}.amazonaws.com",
    },
    "aws:sns/topic:Topic": {
        "id": "arn:aws:sns:{region}:{account}:{name}",
        "arn": "arn:aws:sns:{region}:{account}:{name}",
    },
    "aws:sns/topicPolicy:TopicPolicy": {"id": "{arn}"},
    "aws:sns/topicSubscription:TopicSubscription": {
        "id": "{topic}:{uuid}",
        "arn": "{topic}:{uuid}",
    },
    "aws:ssm/parameter:Parameter": {
        "id": "{name}",
        "arn": "arn:aws:ssm:{region}:{account}:parameter{name}",
        "version": "1",
    },
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": {"id": "sgr-{hex17}", "arn": "sgr-{hex17}"},
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": {"id": "sgr-{hex17}", "arn": "sgr-{hex17}"},
}

# Sub-resources of a bucket: their identifier is the bucket's name and they compute nothing else.
BUCKET_PARTS = (
    "bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    "bucketLogging:BucketLogging",
    "bucketMetric:BucketMetric",
    "bucketNotification:BucketNotification",
    "bucketOwnershipControls:BucketOwnershipControls",
    "bucketPolicy:BucketPolicy",
    "bucketPublicAccessBlock:BucketPublicAccessBlock",
    "bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "bucketVersioning:BucketVersioning",
)

# The input that carries the physical name where it is not `name`.
_NAME_INPUT = {
    "aws:s3/bucket:Bucket": "bucket",
    "aws:rds/instance:Instance": "identifier",
    "aws:elasticache/replicationGroup:ReplicationGroup": "replicationGroupId",
}


def computed(resource: Resource, account: str, region: str) -> dict[str, Any]:
    """All outputs of `resource`, its inputs included. Raises LookupError for a type without a table row."""
    if resource.type.startswith("pulumi:providers:"):
        return {**resource.inputs, "id": digest(resource.urn)[:8]}
    if resource.type.startswith("random:"):
        return {**resource.inputs, **generated(resource)}
    if resource.type.startswith("kubernetes:"):
        return _kubernetes(resource)
    if resource.type.startswith("aws:s3/") and resource.type.removeprefix("aws:s3/") in BUCKET_PARTS:
        return {**resource.inputs, "id": str(plain(resource.inputs)["bucket"])}
    if resource.type not in AWS:
        raise LookupError(f"{resource.type}: no computed outputs known; add a row to offline/outputs.py")
    return _aws(resource, account, region)


def digest(text: str) -> str:
    """64 hex digits that follow from `text`."""
    return hashlib.sha256(text.encode()).hexdigest()


def physical_name(resource: Resource) -> str:
    """The name in the cloud: the given one, or Pulumi's pattern of logical name and seven hex digits."""
    inputs = plain(resource.inputs)
    prefix = inputs.get("namePrefix") or inputs.get("bucketPrefix") or inputs.get("identifierPrefix")
    return given_name(resource) or f"{prefix or resource.name + '-'}{digest(resource.urn)[:7]}"


def given_name(resource: Resource) -> str:
    """The name in the cloud that the program has chosen; empty if the provider chooses."""
    inputs = plain(resource.inputs)
    metadata = inputs.get("metadata")
    named = metadata.get("name") if isinstance(metadata, Mapping) else None
    return str(inputs.get(_NAME_INPUT.get(resource.type, "name")) or named or "")


def _aws(resource: Resource, account: str, region: str) -> dict[str, Any]:
    hexes = digest(resource.urn)
    uuid = "-".join((hexes[:8], hexes[8:12], hexes[12:16], hexes[16:20], hexes[20:32]))
    name = physical_name(resource)
    values = {
        **{key: value for key, value in plain(resource.inputs).items() if isinstance(value, str)},
        **{"name": name, "account": account, "region": region, "uuid": uuid},
        **{"hex17": hexes[:17], "HEX26": hexes[:26].upper()},
    }
    templates = AWS[resource.type]
    row = {key: template.format_map(values) for key, template in templates.items()}
    has_name = any("{name}" in template for template in templates.values())
    named = {_NAME_INPUT.get(resource.type, "name"): name} if has_name else {}
    return {**resource.inputs, **named, **row}


def _kubernetes(resource: Resource) -> dict[str, Any]:
    inputs = resource.inputs
    if resource.type == "kubernetes:helm.sh/v3:Release":
        name, namespace = inputs.get("name"), inputs.get("namespace")
        status = {"name": name, "namespace": namespace, "status": "deployed", "revision": 1}
        return {**inputs, "id": f"{namespace}/{name}", "status": status, "resourceNames": {}}
    name = physical_name(resource)
    metadata = {**inputs.get("metadata", {}), "name": name}
    namespace = metadata.get("namespace")
    return {**inputs, "metadata": metadata, "id": f"{namespace}/{name}" if namespace else name}
