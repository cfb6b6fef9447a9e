"""The KMS key of state and secrets: found by its alias, or made. Never disabled, replaced or deleted here."""

from typing import Any

from botocore.exceptions import ClientError

from operations.aws_errors import code_of
from operations.errors import OperationError
from operations.stack_init_report import Steps

SHORTEST_DELETION_DAYS = 7
SPEC, USAGE = "SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT"
ROTATION = "key rotation: every year"


def ensure_key(kms: Any, alias: str, steps: Steps) -> str:
    """ARN of a usable, rotating key behind the alias."""
    key = _find(kms, alias)
    if key is None:
        arn = _create(kms, alias)
        steps.tell("made", f"key {alias}")
    else:
        _check(key, alias)
        arn = key["Arn"]
        steps.tell("ok", f"key {alias}")
    if kms.get_key_rotation_status(KeyId=arn)["KeyRotationEnabled"]:
        steps.tell("ok", ROTATION)
    else:
        kms.enable_key_rotation(KeyId=arn)
        steps.tell(*(("repaired", f"{ROTATION} (was off)") if key else ("made", ROTATION)))
    return arn


def _find(kms: Any, alias: str) -> dict[str, Any] | None:
    try:
        return kms.describe_key(KeyId=alias)["KeyMetadata"]
    except ClientError as error:
        if code_of(error) == "NotFoundException":
            return None
        raise


def _create(kms: Any, alias: str) -> str:
    key = kms.create_key(
        Description="Pulumi: state and secrets of the Airflow stacks", KeySpec=SPEC, KeyUsage=USAGE
    )["KeyMetadata"]
    try:
        kms.create_alias(AliasName=alias, TargetKeyId=key["KeyId"])
    except ClientError:
        # A key that nothing leads to would cost money for ever.
        kms.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=SHORTEST_DELETION_DAYS)
        raise
    return key["Arn"]


def _check(key: dict[str, Any], alias: str) -> None:
    """What only a person may decide: why somebody has switched off, or chosen, such a key."""
    key_id, state = key["KeyId"], key["KeyState"]
    enable = f"aws kms enable-key --key-id {key_id}"
    remedies = {
        "PendingDeletion": f"run aws kms cancel-key-deletion --key-id {key_id}, then {enable}",
        "Disabled": f"run {enable}",
    }
    if state != "Enabled":
        remedy = remedies.get(state, "wait, or ask who made it")
        raise OperationError(f"key {alias}: it is {state}, and without it no state can be read; {remedy}")
    if (key["KeySpec"], key["KeyUsage"]) != (SPEC, USAGE):
        kind = f"{key['KeySpec']} for {key['KeyUsage']}"
        raise OperationError(
            f"key {alias}: S3 and Pulumi need a symmetric key to encrypt (got {kind}); rename its alias"
        )
