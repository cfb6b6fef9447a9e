"""States of stacks in the test's bucket, as the CLI leaves them there."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from operations.stack_states import STACKS
from tests.operations.aws_account import NAMES, REGION, client


def keep_state(stack: str, resources: Sequence[Mapping[str, Any]]) -> None:
    """A state with these resources, and what lies beside one."""
    keep(stack, {"version": 3, "checkpoint": {"latest": {"resources": resources} if resources else None}})


def keep(stack: str, content: Mapping[str, Any]) -> None:
    """Any content at the place of the stack's state."""
    s3 = client("s3")
    try:
        s3.head_bucket(Bucket=NAMES.bucket)
    except ClientError:
        s3.create_bucket(Bucket=NAMES.bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    for name in (f"{stack}.json", f"{stack}.json.bak", f"{stack}.json.attrs"):
        s3.put_object(Bucket=NAMES.bucket, Key=f"{STACKS}{name}", Body=json.dumps(content))
