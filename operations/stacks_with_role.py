"""Which stacks of a workflow have a role, as NAME=VALUE lines for $GITHUB_OUTPUT: the others take no part.

    python3 -m operations.stacks_with_role DRIFT_ROLE "dev staging prod"

Reads DRIFT_ROLE_DEV and so on from VARIABLES, the repository's variables as JSON. Prints `matrix`, an entry
with `stack` and `role` for each, in the given order, and their `names`. A variable of that beginning which
belongs to no stack, or whose value is no role, is refused: its stack would be left out without a word. Needs
nothing that has to be installed.
"""

import argparse
import json
import os
import re
import sys
from collections.abc import Mapping, Sequence

from operations.errors import OperationError, command

ROLE_ARN = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]+")


@command("roles")
def main(arguments: Sequence[str] | None = None) -> int:
    """The command: 0 and the lines, or 1 with one line."""
    parser = argparse.ArgumentParser(prog="python -m operations.stacks_with_role", description=__doc__)
    parser.add_argument("beginning", help="how the variables begin, such as DRIFT_ROLE")
    parser.add_argument("stacks", type=str.split, help="with blanks between them")
    given = parser.parse_args(arguments)
    found = roles(json.loads(os.environ.get("VARIABLES") or "{}"), given.beginning, given.stacks)
    print(f"matrix={json.dumps({'include': [{'stack': each, 'role': found[each]} for each in found]})}")
    print(f"names={' '.join(found)}")
    return 0


def roles(variables: Mapping[str, str], beginning: str, stacks: Sequence[str]) -> dict[str, str]:
    """Each stack's role, of those that have one. Raises OperationError for what is mistyped."""
    names = {f"{beginning}_{stack.upper()}": stack for stack in stacks}
    if strange := sorted(
        name for name in variables if name.startswith(f"{beginning}_") and name not in names
    ):
        raise OperationError(f"{strange[0]}: no variable of a stack; there are {', '.join(names)}")
    found = {stack: variables[name] for name, stack in names.items() if variables.get(name)}
    for stack, role in found.items():
        if not ROLE_ARN.fullmatch(role):
            raise OperationError(f"{beginning}_{stack.upper()}: should be the ARN of a role (got {role!r})")
    return found


if __name__ == "__main__":
    sys.exit(main())
