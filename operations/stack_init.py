"""Where Pulumi keeps a stack's state and secrets: a bucket and a key, checked or made, then the stack.

    python -m operations.stack_init STACK

Run it as often as you like: what is there is checked, what differs is named and repaired where that is safe.
"""

import argparse
import sys
from collections.abc import Sequence

import boto3

from operations import stack_file
from operations.aws_errors import explained
from operations.errors import OperationError, command
from operations.stack_file import StackFile, read_stack_file
from operations.stack_init_bucket import ensure_bucket
from operations.stack_init_key import ensure_key
from operations.stack_init_pulumi import ensure_stack
from operations.stack_init_report import Steps
from operations.state_names import StateNames


def stack_init(stack: StackFile, steps: Steps) -> bool:
    """Makes or checks everything; False if only the CLI is missing. Raises OperationError otherwise."""
    names = StateNames(account_id=stack.account_id, region=stack.region)
    with explained():
        session = boto3.Session(region_name=stack.region)
        partition = _right_account(session, stack, steps)
        key_arn = ensure_key(session.client("kms"), names.alias, steps)
        ensure_bucket(session.client("s3"), names, partition, key_arn, steps)
    return ensure_stack(stack, names, steps, stack_file.ROOT)


def _right_account(session: boto3.Session, stack: StackFile, steps: Steps) -> str:
    """The partition. Anything made in a wrong account would have to be found again to be removed."""
    caller = session.client("sts").get_caller_identity()
    if caller["Account"] != stack.account_id:
        raise OperationError(
            f"these credentials belong to account {caller['Account']}, {stack.path} to {stack.account_id}; "
            "set AWS_PROFILE to one of that account, or correct airflow:account.id"
        )
    steps.tell("ok", f"account {stack.account_id}, region {stack.region}, as {caller['Arn']}")
    return caller["Arn"].split(":")[1]


@command("stack-init")
def main(arguments: Sequence[str] | None = None) -> int:
    """The command: 0 if all is there, 1 with one line if not."""
    parser = argparse.ArgumentParser(prog="python -m operations.stack_init", description=__doc__)
    parser.add_argument("stack", help="name of a file stacks/Pulumi.<stack>.yaml")
    given = parser.parse_args(arguments)
    steps = Steps()
    complete = stack_init(read_stack_file(given.stack), steps)
    what = "all there" if complete else "bucket and key are there"
    print(f"stack-init: {what}, {steps.changes or 'nothing'} changed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
