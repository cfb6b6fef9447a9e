"""How an operations command ends with a sentence instead of a traceback."""

import sys
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

P = ParamSpec("P")


class OperationError(Exception):
    """Something a person can act on: one line with the remedy, and no secret in it."""


def command(name: str) -> Callable[[Callable[P, int]], Callable[P, int]]:
    """For the `main` of a command: what it cannot do is one line, `name: why`, and exit code 1."""

    def ending(main: Callable[P, int]) -> Callable[P, int]:
        @wraps(main)
        def ended(*args: P.args, **kwargs: P.kwargs) -> int:
            try:
                return main(*args, **kwargs)
            except (OperationError, OSError) as error:
                print(f"{name}: {error}", file=sys.stderr)
                return 1

        return ended

    return ending
