"""One edit per policy that breaks it: the type to edit, the property, and a value that is wrong."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

import offline
from offline.graph import Graph, Resource, plain
from tests.recorded import recorded

DELETE = object()
"""Stands for a property that is taken away."""


@dataclass(frozen=True)
class Break:
    """`path` of a resource of `type_` gets `value`; missing, the property is taken away instead."""

    type_: str
    path: str
    value: Any
    missing: str = ""
    """Path to take away in the missing case, where it is not the same."""


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(**more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*", **more}


RDS = "aws:rds/instance:Instance"
RDS_PARAMETERS = "aws:rds/parameterGroup:ParameterGroup"
CACHE = "aws:elasticache/replicationGroup:ReplicationGroup"
CACHE_PARAMETERS = "aws:elasticache/parameterGroup:ParameterGroup"
S3 = "aws:s3/bucket"
KEY, PARAMETER, LOGS = "aws:kms/key:Key", "aws:ssm/parameter:Parameter", "aws:cloudwatch/logGroup:LogGroup"
TOPIC, TOPIC_POLICY = "aws:sns/topic:Topic", "aws:sns/topicPolicy:TopicPolicy"
ROLE, RIGHTS = "aws:iam/role:Role", "aws:iam/rolePolicy:RolePolicy"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
GROUP, INGRESS = (
    "aws:ec2/securityGroup:SecurityGroup",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
)
RELEASE, JOB, SECRET = "kubernetes:helm.sh/v3:Release", "kubernetes:batch/v1:Job", "kubernetes:core/v1:Secret"
NAMESPACE, QUOTA = "kubernetes:core/v1:Namespace", "kubernetes:core/v1:ResourceQuota"

BREAKS: dict[str, Break] = {
    "RDS.2": Break(RDS, "publiclyAccessible", True),
    "RDS.3": Break(RDS, "storageEncrypted", False),
    "RDS.5": Break(RDS, "multiAz", False),
    "RDS.6": Break(RDS, "monitoringInterval", 0),
    "RDS.8": Break(RDS, "deletionProtection", False),
    "RDS.9": Break(RDS, "enabledCloudwatchLogsExports", ["upgrade"]),
    "RDS.10": Break(RDS, "iamDatabaseAuthenticationEnabled", False),
    "RDS.11": Break(RDS, "backupRetentionPeriod", 6),
    "RDS.13": Break(RDS, "autoMinorVersionUpgrade", False),
    "RDS.17": Break(RDS, "copyTagsToSnapshot", False),
    "RDS.23": Break(RDS, "port", 5432),
    "RDS.25": Break(RDS, "username", "postgres"),
    "RDS.20-22": Break("aws:rds/eventSubscription:EventSubscription", "sourceType", "db-cluster"),
    "RDS.38": Break(RDS_PARAMETERS, "parameters", [{"name": "rds.force_ssl", "value": "0"}]),
    "AIRFLOW.10": Break(RDS_PARAMETERS, "parameters", []),
    "AIRFLOW.11": Break(RDS, "engineLifecycleSupport", "open-source-rds-extended-support"),
    "AIRFLOW.12": Break(RDS, "caCertIdentifier", "rds-ca-2019"),
    "AIRFLOW.13": Break(RDS, "skipFinalSnapshot", True, "finalSnapshotIdentifier"),
    "AIRFLOW.14": Break(RDS, "instanceClass", "db.t4g.large"),
    "ElastiCache.1": Break(CACHE, "snapshotRetentionLimit", 0),
    "ElastiCache.2": Break(CACHE, "autoMinorVersionUpgrade", False),
    "ElastiCache.3": Break(CACHE, "automaticFailoverEnabled", False, "multiAzEnabled"),
    "ElastiCache.4": Break(CACHE, "atRestEncryptionEnabled", False, "kmsKeyId"),
    "ElastiCache.5": Break(CACHE, "transitEncryptionMode", "preferred", "transitEncryptionEnabled"),
    "ElastiCache.6": Break(CACHE, "authToken", ""),
    "ElastiCache.7": Break(CACHE, "subnetGroupName", "default"),
    "AIRFLOW.20": Break(CACHE, "clusterMode", "enabled"),
    "AIRFLOW.21": Break(
        CACHE_PARAMETERS, "parameters", [{"name": "maxmemory-policy", "value": "allkeys-lru"}]
    ),
    "S3.5": Break(f"{S3}Policy:BucketPolicy", "policy", document(allow(Principal="*"))),
    "S3.8": Break(f"{S3}PublicAccessBlock:BucketPublicAccessBlock", "blockPublicPolicy", False),
    "S3.9": Break(f"{S3}Logging:BucketLogging", "bucket", "another-bucket"),
    "S3.12": Break(f"{S3}OwnershipControls:BucketOwnershipControls", "rule.objectOwnership", "ObjectWriter"),
    "S3.13": Break(
        f"{S3}LifecycleConfiguration:BucketLifecycleConfiguration", "rules", [{"status": "Enabled"}]
    ),
    "S3.14": Break(f"{S3}Versioning:BucketVersioning", "versioningConfiguration.status", "Suspended"),
    "S3.17": Break(
        f"{S3}ServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration", "rules", [{}]
    ),
    "KMS.2": Break(RIGHTS, "policy", document(allow(Action="kms:Decrypt", Resource="arn:aws:kms:::key/1"))),
    "KMS.3": Break(KEY, "deletionWindowInDays", 6),
    "KMS.4": Break(KEY, "enableKeyRotation", False),
    "KMS.5": Break(KEY, "policy", document(allow(Principal="*"))),
    "AIRFLOW.30": Break(PARAMETER, "type", "String", "keyId"),
    "AIRFLOW.31": Break(PARAMETER, "value", "open to everybody"),
    "AIRFLOW.32": Break("random:index/randomPassword:RandomPassword", "length", 15),
    "AIRFLOW.33": Break(LOGS, "kmsKeyId", ""),
    "CloudWatch.15": Break("aws:cloudwatch/metricAlarm:MetricAlarm", "actionsEnabled", False, "alarmActions"),
    "CloudWatch.16": Break(LOGS, "retentionInDays", 364),
    "SNS.1": Break(TOPIC, "kmsMasterKeyId", ""),
    "SNS.4": Break(TOPIC_POLICY, "policy", document(allow(Principal={"AWS": "*"}))),
    "IAM.1": Break(RIGHTS, "policy", document(allow(Action="s3:*"))),
    "IAM.21": Break(RIGHTS, "policy", document(allow(Resource="*"))),
    "AIRFLOW.40": Break(ROLE, "assumeRolePolicy", document(allow(Principal={"AWS": "arn:aws:iam::1:root"}))),
    "AIRFLOW.41": Break(ATTACHMENT, "policyArn", "arn:aws:iam::aws:policy/AdministratorAccess"),
    "EC2.18": Break(INGRESS, "toPort", 65535),
    "EC2.19": Break(INGRESS, "cidrIpv4", "0.0.0.0/0", "referencedSecurityGroupId"),
    "EC2.22": Break(GROUP, "description", ""),
    "AIRFLOW.50": Break(GROUP, "ingress", [{"fromPort": 22}]),
    "AIRFLOW.60": Break(
        NAMESPACE, "metadata.labels", {"pod-security.kubernetes.io/enforce": "privileged"}, "metadata.labels"
    ),
    "AIRFLOW.61": Break(RELEASE, "values.env", offline.Secret("correct horse battery staple"), "values"),
    "AIRFLOW.62": Break(RELEASE, "values.createUserJob.enabled", True),
    "AIRFLOW.63": Break(RELEASE, "values.redis.enabled", True, "values.postgresql"),
    "AIRFLOW.64": Break(RELEASE, "values.defaultAirflowTag", "latest"),
    "AIRFLOW.65": Break(RELEASE, "values.scheduler.resources.limits", {}, "values.triggerer.resources"),
    "AIRFLOW.66": Break(RELEASE, "values.enableBuiltInSecretEnvVars.AIRFLOW_CONN_AIRFLOW_DB", True),
    "AIRFLOW.67": Break(RELEASE, "skipAwait", True, "timeout"),
    "AIRFLOW.68": Break(RELEASE, "values.apiServer.replicas", 1),
    "AIRFLOW.69": Break(RELEASE, "values.config.database.sql_alchemy_connect_args_async", ""),
    "AIRFLOW.70": Break(
        SECRET, "stringData", offline.Secret({"connection": "postgresql://h/d?sslmode=disable"})
    ),
    "AIRFLOW.71": Break(JOB, "spec.activeDeadlineSeconds", None, "spec.backoffLimit"),
    "AIRFLOW.72": Break(QUOTA, "spec.hard.pods", ""),
    "AIRFLOW.80": Break("pulumi:providers:aws", "allowedAccountIds", ""),
    "AIRFLOW.81": Break("pulumi:providers:aws", "defaultTags", '{"tags": {"Project": "airflow"}}'),
    "AIRFLOW.82": Break("pulumi:providers:kubernetes", "clusterIdentifier", ""),
}
OF_THE_RESOURCE = {"AIRFLOW.83": "protect", "AIRFLOW.84": "provider"}
"""Policies about an option of the resource instead of a property."""


def prod() -> Graph:
    return recorded("prod")


def with_value(graph: Graph, type_: str, path: str, value: Any) -> Graph:
    """The graph in which every resource of a type has another value at a path, or none."""
    return Graph.of(
        [_edited(r, path, value) if r.type == type_ else r for r in graph.resources], graph.exports
    )


def with_option(graph: Graph, option: str) -> Graph:
    """The graph in which nothing has the option."""
    return Graph.of([replace(r, **{option: type(getattr(r, option))()}) for r in graph.resources])


def _edited(resource: Resource, path: str, value: Any) -> Resource:
    """Secrets that are not edited stay secrets; a container on the way to the edited value is opened."""
    inputs = dict(resource.inputs)
    *way, last = path.split(".")
    place = inputs
    for key in way:
        place[key] = dict(plain(place.get(key) or {}))
        place = place[key]
    place.pop(last, None)
    if value is not DELETE:
        place[last] = value
    # What belongs to a bucket is found by its dependency first: another bucket's name has none.
    dependencies = {k: v for k, v in resource.property_dependencies.items() if k != path}
    return replace(resource, inputs=inputs, property_dependencies=dependencies)
