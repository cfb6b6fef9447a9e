"""What a workflow's steps need to know of a stack, as NAME=VALUE lines for $GITHUB_OUTPUT.

python -m operations.pipeline STACK
"""

import argparse
import sys
from collections.abc import Sequence

from operations.errors import OperationError, command
from operations.stack_file import StackFile, read_stack_file
from operations.state_names import StateNames


def facts(stack: StackFile) -> dict[str, str]:
    """Where the stack and its state live. Raises OperationError if it was never initialised."""
    if not stack.secrets_provider:
        raise OperationError(
            f"{stack.path}: no state yet; run make stack-init STACK={stack.name} and commit the file"
        )
    names = StateNames(account_id=stack.account_id, region=stack.region)
    return {
        "account_id": stack.account_id,
        "region": stack.region,
        "backend_url": names.backend_url,
    }


@command("pipeline")
def main(arguments: Sequence[str] | None = None) -> int:
    """The command: 0 and the lines, or 1 with one line."""
    parser = argparse.ArgumentParser(prog="python -m operations.pipeline", description=__doc__)
    parser.add_argument("stack", help="name of a file stacks/Pulumi.<stack>.yaml")
    given = parser.parse_args(arguments)
    print("\n".join(f"{name}={value}" for name, value in facts(read_stack_file(given.stack)).items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
