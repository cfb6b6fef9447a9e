"""Where task logs live: one S3 bucket, private and encrypted, and a second one for its access logs.

Not done on purpose: replication to another region (task logs do not earn it), object lock (nothing could be
deleted any more), MFA delete (only the account's root user can set it).
"""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_aws import s3

from components import iam_documents

UPLOAD_DAYS = 7
"""An upload that has not ended by then never will, and its parts cost money unseen."""


@dataclass(frozen=True, kw_only=True)
class LogBucketArgs:
    """What LogBucket needs from its caller. Field names equal those of the stack file's `logs` section."""

    key_arn: Input[str]
    account_id: Input[str]
    prefix: str
    """Folder of the task logs, without slashes at its ends."""
    retention_days: int
    """Age at which a log is deleted."""
    noncurrent_retention_days: int
    """How long an overwritten or deleted version can still be fetched back."""
    access_logs: bool = True
    """A second bucket notes every request to the first."""
    protect: bool = True
    """Pulumi refuses to delete the buckets; unprotected ones are deleted with their content."""

    def __post_init__(self) -> None:
        if not self.prefix or self.prefix != self.prefix.strip("/"):
            raise ValueError(f"prefix: a folder without slashes at its ends, got {self.prefix!r}")
        for field in ("retention_days", "noncurrent_retention_days"):
            if getattr(self, field) < 1:
                raise ValueError(f"{field}: at least 1, got {getattr(self, field)}")


class LogBucket(pulumi.ComponentResource):
    """A versioned bucket under our key that refuses plain HTTP, public access and foreign owners."""

    bucket_name: Output[str]
    arn: Output[str]

    def __init__(self, name: str, args: LogBucketArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("airflow:index:LogBucket", name, None, opts)
        self._args, self._child = args, ResourceOptions(parent=self)

        bucket = self._bucket(
            name,
            encryption={"sse_algorithm": "aws:kms", "kms_master_key_id": args.key_arn},
            bucket_key=True,
        )
        s3.BucketPolicy(
            f"{name}-policy",
            bucket=bucket.bucket,
            policy=bucket.arn.apply(iam_documents.bucket_policy),
            opts=self._child,
        )
        if args.access_logs:
            self._record_access(name, bucket)

        self.bucket_name = bucket.bucket
        self.arn = bucket.arn
        self.register_outputs({"bucket_name": self.bucket_name, "arn": self.arn})

    def _bucket(
        self,
        name: str,
        *,
        encryption: s3.BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultArgsDict,
        bucket_key: bool,
    ) -> s3.Bucket:
        """A bucket with everything that both have in common."""
        bucket = s3.Bucket(
            f"{name}-bucket",
            force_destroy=not self._args.protect,
            opts=ResourceOptions.merge(self._child, ResourceOptions(protect=self._args.protect)),
        )
        self._close(name, bucket)
        s3.BucketServerSideEncryptionConfiguration(
            f"{name}-encryption",
            bucket=bucket.bucket,
            rules=[
                {
                    "apply_server_side_encryption_by_default": encryption,
                    "bucket_key_enabled": bucket_key,
                    # S3 sets this on new buckets by itself; saying so avoids a difference for ever.
                    "blocked_encryption_types": ["SSE-C"],
                }
            ],
            opts=self._child,
        )
        self._lifecycle(name, bucket)
        # Events cost nothing until somebody writes a rule for them.
        s3.BucketNotification(
            f"{name}-notification", bucket=bucket.bucket, eventbridge=True, opts=self._child
        )
        return bucket

    def _close(self, name: str, bucket: s3.Bucket) -> None:
        """No access lists, nothing public, and an overwritten object can be had back."""
        s3.BucketOwnershipControls(
            f"{name}-ownership",
            bucket=bucket.bucket,
            rule={"object_ownership": "BucketOwnerEnforced"},
            opts=self._child,
        )
        s3.BucketPublicAccessBlock(
            f"{name}-public-access",
            bucket=bucket.bucket,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=self._child,
        )
        s3.BucketVersioning(
            f"{name}-versioning",
            bucket=bucket.bucket,
            versioning_configuration={"status": "Enabled"},
            opts=self._child,
        )

    def _lifecycle(self, name: str, bucket: s3.Bucket) -> None:
        s3.BucketLifecycleConfiguration(
            f"{name}-lifecycle",
            bucket=bucket.bucket,
            rules=[
                {
                    "id": "expire",
                    "status": "Enabled",
                    # Empty, not absent: the rule is for every object.
                    "filter": {},
                    "expiration": {"days": self._args.retention_days},
                    "noncurrent_version_expiration": {
                        "noncurrent_days": self._args.noncurrent_retention_days
                    },
                    "abort_incomplete_multipart_upload": {"days_after_initiation": UPLOAD_DAYS},
                }
            ],
            opts=self._child,
        )

    def _record_access(self, name: str, bucket: s3.Bucket) -> None:
        """S3 documents its own keys, not ours, as what a target of access logs may use."""
        target = self._bucket(f"{name}-access", encryption={"sse_algorithm": "AES256"}, bucket_key=False)
        policy = s3.BucketPolicy(
            f"{name}-access-policy",
            bucket=target.bucket,
            policy=Output.all(
                bucket_arn=target.arn, source_arn=bucket.arn, account_id=self._args.account_id
            ).apply(lambda known: iam_documents.access_log_policy(**known)),
            opts=self._child,
        )
        s3.BucketLogging(
            f"{name}-logging",
            bucket=bucket.bucket,
            target_bucket=target.bucket,
            target_prefix="access/",
            # S3 tests the target's policy when logging is switched on; no property of it leads here.
            opts=ResourceOptions.merge(self._child, ResourceOptions(depends_on=[policy])),
        )
