"""Containers that are run to their end: a Job's, and those that come before a component."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from emulator.paths import State
from emulator.pods import Pod
from emulator.programs import errand

_TERM_SECONDS = 10


def run_all(state: State, pods: Sequence[Pod], log: Path, deadline: float) -> int:
    """One after another; exit code of the first that fails, else 0; -1 if the deadline ended it.

    `deadline` is a time of `time.monotonic`; the output is added to the private file `log`.
    """
    for pod in pods:
        code = _run(state, pod, log, deadline)
        if code != 0:
            return code
    return 0


def _run(state: State, pod: Pod, log: Path, deadline: float) -> int:
    inherited = {key: os.environ[key] for key in ("HOME", "TMPDIR") if key in os.environ}
    with open(log, "ab", opener=lambda path, flags: os.open(path, flags, 0o600)) as output:
        process = subprocess.Popen(
            pod.command,
            env={"LANG": "C.UTF-8", **inherited, **pod.environment, **errand(state)},
            cwd=pod.root,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            return process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            return -1
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ends the process and what it started, first politely."""
    if process.poll() is not None:
        return
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(_TERM_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
