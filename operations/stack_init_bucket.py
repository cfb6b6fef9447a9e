"""The bucket of the state: found and checked, or made. What differs is repaired where no data can be lost."""

from collections.abc import Sequence
from typing import Any

from botocore.exceptions import ClientError

from operations.aws_errors import code_of
from operations.errors import OperationError
from operations.stack_init_report import Steps
from operations.stack_init_settings import Setting, bucket_settings
from operations.state_names import StateNames

FOREIGN = "belongs to another account; bucket names are unique in all of AWS: ask its owner to give it up"


def ensure_bucket(s3: Any, names: StateNames, partition: str, key_arn: str, steps: Steps) -> None:
    """A private, versioned bucket under our key, in the stack's account and region."""
    new = not _exists(s3, names)
    if new:
        _create(s3, names)
    steps.tell("made" if new else "ok", f"bucket {names.bucket}")
    settings = bucket_settings(s3, names.bucket, f"arn:{partition}:s3:::{names.bucket}", key_arn)
    _refuse_what_endangers(names.bucket, settings)
    for setting in settings:
        found = setting.read()
        wanted = setting.wanted(found)
        if found == wanted:
            steps.tell("ok", f"bucket {setting.name}: {setting.meaning}")
            continue
        setting.write(wanted)
        was = "" if new else f" (was {setting.show(found)})"
        steps.tell("made" if new else "repaired", f"bucket {setting.name}: {setting.meaning}{was}")


def _exists(s3: Any, names: StateNames) -> bool:
    try:
        s3.head_bucket(Bucket=names.bucket, ExpectedBucketOwner=names.account_id)
    except ClientError as error:
        if code_of(error) in ("404", "NoSuchBucket"):
            return False
        if code_of(error) in ("403", "AccessDenied"):
            raise OperationError(f"bucket {names.bucket}: {_why_forbidden(s3, names.bucket)}") from None
        raise
    region = s3.get_bucket_location(Bucket=names.bucket)["LocationConstraint"] or "us-east-1"
    if region != names.region:
        raise OperationError(
            f"bucket {names.bucket}: it lies in {region}, not {names.region}, and a bucket cannot be moved; "
            "empty and delete it if nobody needs it, then run this again"
        )
    return True


def _why_forbidden(s3: Any, bucket: str) -> str:
    """S3 answers 403 for a foreign bucket as for one of ours that we may not see."""
    try:
        ours = {found["Name"] for found in s3.list_buckets()["Buckets"]}
    except ClientError:
        return "it exists, and is foreign or closed to you; let an administrator of the account run this"
    if bucket in ours:
        return "no right to see it; let an administrator of the account run this, or grant s3:ListBucket"
    return f"it {FOREIGN}"


def _create(s3: Any, names: StateNames) -> None:
    # us-east-1 is S3's default, and it refuses to be named.
    elsewhere = {"CreateBucketConfiguration": {"LocationConstraint": names.region}}
    place = {} if names.region == "us-east-1" else elsewhere
    try:
        s3.create_bucket(Bucket=names.bucket, ObjectOwnership="BucketOwnerEnforced", **place)
    except ClientError as error:
        if code_of(error) == "BucketAlreadyExists":
            raise OperationError(f"bucket {names.bucket}: the name is taken, it {FOREIGN}") from None
        raise


def _refuse_what_endangers(bucket: str, settings: Sequence[Setting]) -> None:
    """Raises OperationError for what somebody added that loses or opens the state; only they know why."""
    found = {setting.name: setting.read() for setting in settings}
    for statement in (found["policy"] or {}).get("Statement", []):
        everybody = statement.get("Principal") in ("*", {"AWS": "*"})
        if statement.get("Effect") == "Allow" and everybody and not statement.get("Condition"):
            name = statement.get("Sid", "without a name")
            raise OperationError(f"bucket {bucket}: policy statement {name} lets everybody in; remove it")
    for rule in found["lifecycle"] or []:
        ends = rule.get("Expiration", {})
        if rule.get("Status") == "Enabled" and ("Days" in ends or "Date" in ends):
            name = rule.get("ID", "without a name")
            raise OperationError(f"bucket {bucket}: lifecycle rule {name} deletes the state; remove it")
