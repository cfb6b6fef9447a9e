"""Policy documents as plain JSON text. Pure: ARNs come in as text, nothing is looked up.

`{"AWS": "*"}` stands for everybody in Deny statements: the same as the bare "*", but every reader of policies
(also the S3 emulation that checks a log target's policy) understands it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

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
    """One service account may take the role. `issuer` comes without https://, as in condition keys."""
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
