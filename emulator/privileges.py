"""Runs a program as nobody in particular where the emulator itself runs as root.

Postgres refuses to run as root. Under root its data folder belongs to `nobody`, and the process keeps one
capability, to pass folders that only root may enter: a clone below /root, the state's own mode 0700. What it
can reach with it is what the person who typed `make up` could reach anyway.
"""

from __future__ import annotations

import os
import pwd
import shutil
from pathlib import Path

from emulator.errors import EmulatorError

NOBODY = 65534


def as_root() -> bool:
    """True if programs that refuse root need other privileges."""
    return os.geteuid() == 0


def prefix() -> list[str]:
    """What to put before a command that refuses root; empty for everybody else."""
    if not as_root():
        return []
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise EmulatorError(
            "Postgres refuses root and setpriv (util-linux) is missing; run as an ordinary user."
        )
    identity = [f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    return [setpriv, *identity, "--inh-caps=+dac_override", "--ambient-caps=+dac_override"]


def hand_over(path: Path) -> None:
    """Gives a file or an empty folder to the user that `prefix` switches to."""
    if as_root():
        os.chown(path, NOBODY, NOBODY)


def user_name() -> str:
    """Who runs the emulator, as the operating system names them."""
    return pwd.getpwuid(os.geteuid()).pw_name
