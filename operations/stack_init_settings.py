"""What the state's bucket must be set to, each setting with how to read, compare and write it."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from operations.aws_errors import code_of

TLS_ONLY = "EncryptedTransportOnly"
OLD_VERSIONS = "old-versions-of-the-state"
OLD_VERSION_DAYS = 365
"""Beside these versions Pulumi keeps a copy of each update under .pulumi/history, which never goes."""
UPLOAD_DAYS = 7
NOTHING_SET = (
    "NoSuchBucketPolicy",
    "NoSuchLifecycleConfiguration",
    "NoSuchPublicAccessBlockConfiguration",
    "OwnershipControlsNotFoundError",
    "ServerSideEncryptionConfigurationNotFoundError",
)
"""Errors that mean: the bucket has no such configuration."""


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One setting of the bucket."""

    name: str
    meaning: str
    """What it is to be, for people."""
    read: Callable[[], Any]
    wanted: Callable[[Any], Any]
    """What it should be, given what it is: foreign rules beside ours stay."""
    write: Callable[[Any], object]

    def show(self, found: Any) -> str:
        """What was found, short enough for a line."""
        text = json.dumps(found, default=str) if found else "none"
        return text if len(text) <= 80 else f"{text[:77]}..."


def bucket_settings(s3: Any, bucket: str, bucket_arn: str, key_arn: str) -> list[Setting]:
    """In the order in which they are made: closed to the public first."""
    return [
        _public_access(s3, bucket),
        _ownership(s3, bucket),
        _versioning(s3, bucket),
        _encryption(s3, bucket, key_arn),
        _policy(s3, bucket, bucket_arn),
        _lifecycle(s3, bucket),
    ]


def _public_access(s3: Any, bucket: str) -> Setting:
    switches = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    return Setting(
        name="public access",
        meaning="blocked",
        read=_reader(s3.get_public_access_block, bucket, "PublicAccessBlockConfiguration"),
        wanted=lambda _: dict.fromkeys(switches, True),
        write=lambda value: s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=value),
    )


def _ownership(s3: Any, bucket: str) -> Setting:
    return Setting(
        name="ownership",
        meaning="the bucket's, no access lists",
        read=_reader(s3.get_bucket_ownership_controls, bucket, "OwnershipControls"),
        wanted=lambda _: {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
        write=lambda value: s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls=value),
    )


def _versioning(s3: Any, bucket: str) -> Setting:
    return Setting(
        name="versioning",
        meaning="on",
        read=lambda: s3.get_bucket_versioning(Bucket=bucket).get("Status"),
        wanted=lambda _: "Enabled",
        write=lambda value: s3.put_bucket_versioning(
            Bucket=bucket, VersioningConfiguration={"Status": value}
        ),
    )


def _encryption(s3: Any, bucket: str, key_arn: str) -> Setting:
    by_default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key_arn}
    ours = {"ApplyServerSideEncryptionByDefault": by_default, "BucketKeyEnabled": True}
    whole = _reader(s3.get_bucket_encryption, bucket, "ServerSideEncryptionConfiguration")

    def read() -> Any:
        # S3 adds to a rule what it blocks by itself (SSE-C); that is no difference.
        rules = (whole() or {}).get("Rules", [])
        return [{name: rule.get(name) for name in ours} for rule in rules]

    return Setting(
        name="encryption",
        meaning="with our key and a bucket key",
        read=read,
        wanted=lambda _: [ours],
        write=lambda rules: s3.put_bucket_encryption(
            Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": rules}
        ),
    )


def _policy(s3: Any, bucket: str, bucket_arn: str) -> Setting:
    ours = {
        "Sid": TLS_ONLY,
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": "s3:*",
        "Resource": [bucket_arn, f"{bucket_arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    text = _reader(s3.get_bucket_policy, bucket, "Policy")

    def read() -> Any:
        document = text()
        return json.loads(document) if document else None

    def wanted(found: Any) -> Any:
        statements = [*(found or {}).get("Statement", [])]
        kept = statements if _holds(statements, ours) else [*_others(statements, "Sid", TLS_ONLY), ours]
        return {**(found or {"Version": "2012-10-17"}), "Statement": kept}

    return Setting(
        name="policy",
        meaning="TLS only",
        read=read,
        wanted=wanted,
        write=lambda document: s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(document)),
    )


def _lifecycle(s3: Any, bucket: str) -> Setting:
    ours = {
        "ID": OLD_VERSIONS,
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "NoncurrentVersionExpiration": {"NoncurrentDays": OLD_VERSION_DAYS},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": UPLOAD_DAYS},
    }

    def wanted(found: Any) -> Any:
        rules = found or []
        return rules if _holds(rules, ours) else [*_others(rules, "ID", OLD_VERSIONS), ours]

    return Setting(
        name="lifecycle",
        meaning=f"old versions go after {OLD_VERSION_DAYS} days",
        read=_reader(s3.get_bucket_lifecycle_configuration, bucket, "Rules"),
        wanted=wanted,
        write=lambda rules: s3.put_bucket_lifecycle_configuration(
            Bucket=bucket, LifecycleConfiguration={"Rules": rules}
        ),
    )


def _reader(call: Callable[..., Any], bucket: str, key: str) -> Callable[[], Any]:
    """Reads one configuration; S3 calls it an error that a bucket has none."""

    def read() -> Any:
        try:
            return call(Bucket=bucket)[key]
        except ClientError as error:
            if code_of(error) in NOTHING_SET:
                return None
            raise

    return read


def _holds(entries: Sequence[Any], ours: Mapping[str, Any]) -> bool:
    """True if one of the entries is ours; AWS may give lists back in another order."""
    return any(_unordered(entry) == _unordered(ours) for entry in entries)


def _others(entries: Sequence[Any], key: str, name: str) -> list[Any]:
    return [entry for entry in entries if entry.get(key) != name]


def _unordered(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _unordered(item) for key, item in value.items()}
    if isinstance(value, list):
        return sorted((_unordered(item) for item in value), key=str)
    return value
