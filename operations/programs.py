"""Calls other programs, and turns their failures into sentences."""

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from operations.errors import OperationError

_SECONDS = 120


def run(
    command: Sequence[str],
    environment: Mapping[str, str] | None = None,
    *,
    given: str | None = None,
    folder: Path | None = None,
    seconds: float = _SECONDS,
) -> str:
    """What the program prints, in that folder and with `given` as its input.

    Raises OperationError with what it complains of.
    """
    try:
        done = subprocess.run(
            command,
            env=environment,
            cwd=folder,
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
        said = " ".join(done.stderr.split())
        raise OperationError(f"{' '.join(command[:3])}: {said or f'exit code {done.returncode}'}")
    return done.stdout
