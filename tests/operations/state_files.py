"""States of stacks in the test's bucket, as the CLI leaves them there."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from operations.stack_states import STACKS
from operations.state_names import LIFETIME_TAG
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


def state(stack: str, hours: str | None = "72", age: int = 73, **database: Any) -> dict[str, Any]:
    """A state as the CLI writes it, of a stack so old (hours) that may live that long."""
    start = datetime.now(UTC) - timedelta(hours=age)
    # Nanoseconds, as Go prints them.
    created = start.strftime("%Y-%m-%dT%H:%M:%S.%f") + "789Z"
    tags = {"Project": "airflow", **({} if hours is None else {LIFETIME_TAG: hours})}
    urn = f"urn:pulumi:{stack}::airflow"
    resources = [
        {"urn": f"{urn}::pulumi:pulumi:Stack::airflow-{stack}", "type": "pulumi:pulumi:Stack"},
        {"urn": f"{urn}::pulumi:providers:aws::aws", "type": "pulumi:providers:aws"},
        {"urn": f"{urn}::aws:rds/instance:Instance::database-instance", "type": "aws:rds/instance:Instance"},
    ]
    resources[0]["created"] = created
    resources[1] |= {"inputs": {"defaultTags": json.dumps({"tags": tags})}}  # type: ignore[dict-item]
    resources[2] |= database
    return {"version": 3, "checkpoint": {"latest": {"resources": resources}}}
