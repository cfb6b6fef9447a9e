"""Runs a command whenever the clock passes a multiple of an interval, as a CronJob with `*/N * * * *` does.

`python every.py INTERVAL_SECONDS RETRIES COMMAND...`. A run has the interval to end, retries included, and
two never overlap. Imports nothing of ours, so that it starts like any other program.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time


def run(command: list[str], retries: int, limit_seconds: float) -> bool:
    """True if it succeeded, within the limit."""
    deadline = time.monotonic() + limit_seconds
    for _ in range(retries + 1):
        try:
            # Also where this process is told to end, the command ends first.
            code = subprocess.run(
                command, timeout=max(0.0, deadline - time.monotonic()), check=False
            ).returncode
        except subprocess.TimeoutExpired:
            break
        if code == 0:
            return True
    return False


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
