"""Calls other programs, and turns their failures into sentences."""

import subprocess
from collections.abc import Mapping, Sequence

from operations.errors import OperationError

_SECONDS = 120


def run(
    command: Sequence[str],
    environment: Mapping[str, str] | None = None,
    *,
    given: str | None = None,
    seconds: float = _SECONDS,
) -> str:
    """What the program prints, with `given` as its input. Raises OperationError with what it complains of."""
    try:
        done = subprocess.run(
            command,
            env=environment,
            input=given,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise OperationError(f"{' '.join(command[:3])}: has not ended after {seconds:.0f} s") from None
    except OSError as error:
        raise OperationError(f"{command[0]}: {type(error).__name__}; is it installed?") from None
    if done.returncode:
        raise OperationError(f"{' '.join(command[:3])}: {' '.join(done.stderr.split())}")
    return done.stdout
