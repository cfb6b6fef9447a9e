"""Policy documents as plain JSON text. Pure: ARNs come in as text, nothing is looked up.

`{"AWS": "*"}` stands for everybody in Deny statements: the same as the bare "*", but every reader of policies
(also the S3 emulation that checks a log target's policy) understands it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from components import naming

Statement = dict[str, Any]

ALARM_SERVICES = ("cloudwatch.amazonaws.com", "events.rds.amazonaws.com")
"""Who publishes to the alarm topic, and therefore also uses its key."""


def document(statements: Sequence[Statement]) -> str:
    """A policy document with the only version that knows policy variables."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def key_policy(*, account_id: str, partition: str, region: str) -> str:
    """The key's own policy: the account's IAM decides about people and pods, services get what they need.

    RDS and ElastiCache have no statement: they work through grants made with the deployer's rights.
    """
    logs = f"arn:{partition}:logs:{region}:{account_id}:log-group:*"
    return document(
        [
            {
                "Sid": "AccountDecidesByIam",
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:{partition}:iam::{account_id}:root"},
                "Action": "kms:*",
                "Resource": "*",
            },
            {
                "Sid": "EncryptedLogGroups",
                "Effect": "Allow",
                "Principal": {"Service": f"logs.{region}.amazonaws.com"},
                "Action": [
                    "kms:Encrypt*",
                    "kms:Decrypt*",
                    "kms:ReEncrypt*",
                    "kms:GenerateDataKey*",
                    "kms:Describe*",
                ],
                "Resource": "*",
                "Condition": {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": logs}},
            },
            {
                "Sid": "PublishersOfTheEncryptedTopic",
                "Effect": "Allow",
                "Principal": {"Service": list(ALARM_SERVICES)},
                "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
                "Resource": "*",
                "Condition": {"StringEquals": {"aws:SourceAccount": account_id}},
            },
        ]
    )


def topic_policy(*, topic_arn: str, account_id: str) -> str:
    """Only this account's alarms and database events may publish."""
    return document(
        [
            {
                "Sid": "AlarmsAndDatabaseEvents",
                "Effect": "Allow",
                "Principal": {"Service": list(ALARM_SERVICES)},
                "Action": "sns:Publish",
                "Resource": topic_arn,
                "Condition": {"StringEquals": {"aws:SourceAccount": account_id}},
            }
        ]
    )


def encrypted_transport_only(bucket_arn: str) -> Statement:
    """Refuses every request without TLS, whoever makes it."""
    return {
        "Sid": "EncryptedTransportOnly",
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": "s3:*",
        "Resource": [bucket_arn, f"{bucket_arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def bucket_policy(bucket_arn: str) -> str:
    """The log bucket: rights come from IAM alone, the bucket itself only refuses."""
    return document([encrypted_transport_only(bucket_arn)])


def access_log_policy(*, bucket_arn: str, source_arn: str, account_id: str) -> str:
    """The access-log bucket: S3's log delivery may put objects, for our log bucket and account only."""
    delivery: Statement = {
        "Sid": "AccessLogDelivery",
        "Effect": "Allow",
        "Principal": {"Service": "logging.s3.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": f"{bucket_arn}/*",
        "Condition": {
            "ArnLike": {"aws:SourceArn": source_arn},
            "StringEquals": {"aws:SourceAccount": account_id},
        },
    }
    return document([encrypted_transport_only(bucket_arn), delivery])


def service_trust(*, service: str, account_id: str) -> str:
    """An AWS service may take the role, on behalf of this account only (no confused deputy)."""
    return document(
        [
            {
                "Effect": "Allow",
                "Principal": {"Service": service},
                "Action": "sts:AssumeRole",
                "Condition": {"StringEquals": {"aws:SourceAccount": account_id}},
            }
        ]
    )


def service_account_trust(*, issuer: str, provider_arn: str, namespace: str, service_account: str) -> str:
    """Exactly one service account may take the role. `issuer` has no https://, as the condition keys need it."""
    return document(
        [
            {
                "Effect": "Allow",
                "Principal": {"Federated": provider_arn},
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": {
                    "StringEquals": {
                        f"{issuer}:aud": "sts.amazonaws.com",
                        f"{issuer}:sub": f"system:serviceaccount:{namespace}:{service_account}",
                    }
                },
            }
        ]
    )


def _log_statements(grant: Mapping[str, str], objects: Sequence[str], key: Sequence[str]) -> list[Statement]:
    bucket_arn, prefix = grant["bucket_arn"], grant["log_prefix"]
    return [
        {"Effect": "Allow", "Action": list(objects), "Resource": f"{bucket_arn}/{prefix}/*"},
        {
            "Effect": "Allow",
            "Action": "s3:ListBucket",
            "Resource": bucket_arn,
            "Condition": {"StringLike": {"s3:prefix": [f"{prefix}/*"]}},
        },
        {
            "Effect": "Allow",
            "Action": list(key),
            "Resource": grant["key_arn"],
            "Condition": {"StringEquals": {"kms:ViaService": f"s3.{grant['region']}.amazonaws.com"}},
        },
    ]


def log_write(grant: Mapping[str, str]) -> list[Statement]:
    """Task logs are appended: read, then put. Without ListBucket a missing key answers 403 and the log is lost."""
    return _log_statements(grant, ["s3:GetObject", "s3:PutObject"], ["kms:Decrypt", "kms:GenerateDataKey"])


def log_read(grant: Mapping[str, str]) -> list[Statement]:
    """What the user interface needs to show a task log."""
    return _log_statements(grant, ["s3:GetObject"], ["kms:Decrypt"])


def parameter_read(grant: Mapping[str, str]) -> list[Statement]:
    """Airflow's secrets backend: GetParameter on connections and variables, whole prefixes.

    An AccessDenied would be logged as an error for each missing variable. The bootstrap secrets lie elsewhere.
    """
    base = f"arn:{grant['partition']}:ssm:{grant['region']}:{grant['account_id']}:parameter"
    prefixes = (naming.connections_prefix(grant["stack"]), naming.variables_prefix(grant["stack"]))
    parameters = [f"{base}{prefix}/*" for prefix in prefixes]
    return [
        {"Effect": "Allow", "Action": "ssm:GetParameter", "Resource": parameters},
        {
            "Effect": "Allow",
            "Action": "kms:Decrypt",
            "Resource": grant["key_arn"],
            "Condition": {
                "StringEquals": {"kms:ViaService": f"ssm.{grant['region']}.amazonaws.com"},
                "StringLike": {"kms:EncryptionContext:PARAMETER_ARN": parameters},
            },
        },
    ]


def component_policy(component: str, executor: str, grant: Mapping[str, str]) -> str:
    """What one Airflow component may do; `grant` has bucket_arn, log_prefix, key_arn, region, partition, account_id, stack."""
    writers = {"worker", "triggerer"} | ({"scheduler"} if "LocalExecutor" in executor else set())
    readers = {"api-server"}
    logs = log_write(grant) if component in writers else log_read(grant) if component in readers else []
    return document([*logs, *parameter_read(grant)])
