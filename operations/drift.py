"""Looks at one stack: what in the cloud is not as it was deployed, and which generated secrets are too old.

    pulumi preview --refresh --json --stack STACK > preview.json
    python -m operations.drift STACK preview.json --max-age-days 180 --output drift/STACK.json

`operations.drift_issue` makes one issue of the stacks' findings.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import boto3

from operations.aws_errors import explained
from operations.drift_digest import differences, read_digest
from operations.errors import OperationError, command
from operations.stack_file import StackFile, read_stack_file
from operations.stack_states import StateBucket
from operations.state_names import StateNames


def overdue(stack: StackFile, max_age_days: int, now: datetime) -> list[dict[str, str | int]]:
    """Generated secrets whose copy in SSM was last written longer ago; the oldest first.

    Names and dates only: the values are never asked for.
    """
    prefix, limit = f"/airflow/{stack.name}/bootstrap", now - timedelta(days=max_age_days)
    with explained():
        pages = boto3.client("ssm", region_name=stack.region).get_paginator("describe_parameters")
        listed = [
            parameter
            for page in pages.paginate(ParameterFilters=[{"Key": "Path", "Values": [prefix]}])
            for parameter in page["Parameters"]
        ]
    old = sorted(
        (each for each in listed if each["LastModifiedDate"] < limit),
        key=lambda each: each["LastModifiedDate"],
    )
    return [{"name": each["Name"], "age_days": (now - each["LastModifiedDate"]).days} for each in old]


def refuse_half_finished(stack: StackFile) -> None:
    """Raises OperationError while an update runs: what differs then is what it has not come to yet."""
    names = StateNames(account_id=stack.account_id, region=stack.region)
    if since := StateBucket(names).locked_since(stack.name):
        raise OperationError(
            f"an update of {stack.name} is running, or was killed: it is locked since {since:%Y-%m-%d %H:%M} "
            "UTC; look again when it is done"
        )


@command("drift")
def main(arguments: Sequence[str] | None = None) -> int:
    """The command: 0 if the stack could be looked at, whatever was found; 1 with one line if not."""
    parser = argparse.ArgumentParser(prog="python -m operations.drift", description=__doc__)
    parser.add_argument("stack", help="name of a file stacks/Pulumi.<stack>.yaml")
    parser.add_argument("preview", type=Path, help="what pulumi preview --refresh --json wrote")
    parser.add_argument(
        "--max-age-days", type=int, required=True, help="a generated secret older than this is overdue"
    )
    parser.add_argument("--output", type=Path, required=True)
    given = parser.parse_args(arguments)
    stack = read_stack_file(given.stack)
    refuse_half_finished(stack)
    found = [asdict(each) for each in differences(read_digest(given.preview.read_text()))]
    old = overdue(stack, given.max_age_days, datetime.now(UTC))
    given.output.parent.mkdir(parents=True, exist_ok=True)
    finding = {
        "stack": stack.name,
        "differences": found,
        "overdue": old,
        "max_age_days": given.max_age_days,
    }
    given.output.write_text(json.dumps(finding, indent=1))
    print(f"{given.stack}: {len(found)} differences, {len(old)} overdue secrets")
    return 0


if __name__ == "__main__":
    sys.exit(main())
