"""The one exception that ends a run with a sentence instead of a traceback."""

from __future__ import annotations

import errno
from pathlib import Path

ELSEWHERE = "or keep the state elsewhere with EMULATOR_HOME=FOLDER"

_FULL = (errno.ENOSPC, errno.EDQUOT)
_CLOSED = (errno.EROFS, errno.EACCES, errno.EPERM)


class EmulatorError(Exception):
    """Something a person can act on: the message is a whole sentence and holds no secret."""


def of_system(error: OSError, home: Path) -> EmulatorError | None:
    """What a full or closed state folder means for the reader; None for every other error of the system."""
    if error.errno in _FULL:
        return EmulatorError(f"no space is left for the state in {home}: free some, {ELSEWHERE}.")
    if error.errno in _CLOSED:
        where = f"{error.strerror}: {error.filename}"
        return EmulatorError(f"the state in {home} cannot be written ({where}): open it, {ELSEWHERE}.")
    return None
