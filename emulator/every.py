"""Runs a command whenever the clock passes a multiple of an interval, as a CronJob with `*/N * * * *` does.

`python every.py INTERVAL_SECONDS RETRIES COMMAND...`. A run has the interval to end, retries included, and
two never overlap. Imports nothing of ours, so that it starts like any other program.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time

_WITH_US = 'exec 3<&0 </dev/null; { read -r end <&3; kill -KILL 0; } & exec "$@" 3<&-'
"""Becomes the command; in its process group a watcher ends all when our end of the pipe closes (SIGKILL)."""


def run(command: list[str], retries: int, limit_seconds: float) -> bool:
    """True if it succeeded, within the limit. Whatever it started ends with it, as in a container."""
    deadline = time.monotonic() + limit_seconds
    for _ in range(retries + 1):
        process = subprocess.Popen(
            ["sh", "-c", _WITH_US, "sh", *command], stdin=subprocess.PIPE, start_new_session=True
        )
        try:
            code = process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            break
        finally:  # also where this process is told to end
            _end(process)
        if code == 0:
            return True
    return False


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):  # macOS: of zombies alone
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdin:
        process.stdin.close()


def main() -> None:
    """For ever."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    interval, retries, command = float(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
    while True:
        time.sleep(interval - time.time() % interval)
        if not run(command, retries, interval):
            print("failed; the next run is due", flush=True)


if __name__ == "__main__":
    main()
