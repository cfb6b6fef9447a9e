"""The one key of our own that encrypts what a stack keeps: database, broker, logs, secrets, alarms."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_aws import kms

from components import iam_documents

ROTATION_PERIOD_DAYS = 365


@dataclass(frozen=True, kw_only=True)
class EncryptionArgs:
    """What Encryption needs from its caller."""

    account_id: Input[str]
    partition: Input[str]
    region: Input[str]
    deletion_window_days: int = 30
    """The longest time AWS offers to change one's mind: a deleted key takes all data with it."""
    protect: bool = True
    """Pulumi refuses to delete or replace the key."""

    def __post_init__(self) -> None:
        if not 7 <= self.deletion_window_days <= 30:
            raise ValueError(f"deletion_window_days: KMS allows 7 to 30, got {self.deletion_window_days}")


class Encryption(pulumi.ComponentResource):
    """A rotating KMS key whose policy leaves people and pods to IAM and admits the services that need it."""

    key_arn: Output[str]

    def __init__(self, name: str, args: EncryptionArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("airflow:index:Encryption", name, None, opts)
        child = ResourceOptions(parent=self)

        policy = Output.all(account_id=args.account_id, partition=args.partition, region=args.region).apply(
            lambda place: iam_documents.key_policy(**place)
        )
        key = kms.Key(
            f"{name}-key",
            description="Airflow: database, broker, logs, secrets and alarms",
            policy=policy,
            enable_key_rotation=True,
            rotation_period_in_days=ROTATION_PERIOD_DAYS,
            deletion_window_in_days=args.deletion_window_days,
            opts=ResourceOptions.merge(child, ResourceOptions(protect=args.protect)),
        )
        # A prefix and not a name: two stacks may share an account.
        kms.Alias(f"{name}-alias", name_prefix="alias/airflow-", target_key_id=key.key_id, opts=child)

        self.key_arn = key.arn
        self.register_outputs({"key_arn": self.key_arn})
