"""Runs named steps one after another up to the first failure, and turns what they found into phases."""

import time
from collections.abc import Callable, Sequence
from typing import Literal

from operations.airflow_api import ApiError
from operations.smoke_aws import AWS_ERRORS
from operations.smoke_report import Phase

LOG_LINES = 15
POLL_SECONDS = 0.5

Step = tuple[str, Callable[[], str]]
"""A phase's name and what it does: it returns what it saw, or raises Failed or Skipped."""


class Failed(Exception):
    """A phase's finding, with the lines of the log that tells more."""

    def __init__(self, reason: str, lines: Sequence[str] = ()) -> None:
        super().__init__(reason)
        self.lines = tuple(lines)[-LOG_LINES:]


class Skipped(Exception):
    """A phase that has nothing to look at, with the reason."""


class Deadline:
    """The whole test's time; every wait ends with it."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def until(self, check: Callable[[], str | None], at_most_seconds: float) -> str | None:
        """Asks again until there is an answer; None when this wait's or the whole test's time is over."""
        end = min(self._end, time.monotonic() + at_most_seconds)
        while True:
            found = check()
            if found is not None or time.monotonic() >= end:
                return found
            time.sleep(POLL_SECONDS)


def run_steps(
    steps: Sequence[Step], hide: Callable[[str], str], on_phase: Callable[[Phase], None]
) -> tuple[Phase, ...]:
    """Phases up to and with the first failed one; `hide` removes secrets from everything that is reported."""
    phases: list[Phase] = []
    for name, step in steps:
        phases.append(_phase(name, step, hide))
        on_phase(phases[-1])
        if phases[-1].status == "failed":
            break
    return tuple(phases)


def _phase(name: str, step: Callable[[], str], hide: Callable[[str], str]) -> Phase:
    started = time.monotonic()
    status: Literal["passed", "failed", "skipped"] = "passed"
    lines: tuple[str, ...] = ()
    try:
        detail = step()
    except Skipped as reason:
        status, detail = "skipped", str(reason)
    except Failed as failure:
        status, detail, lines = "failed", str(failure), failure.lines
    except (ApiError, *AWS_ERRORS) as error:
        status, detail = "failed", str(error)
    except (LookupError, TypeError) as error:
        # JSON, but not Airflow's: something else listens there.
        status, detail = "failed", f"an answer without {error}; is this Airflow's address?"
    seconds = time.monotonic() - started
    log = tuple(hide(line) for line in lines)
    return Phase(name=name, status=status, seconds=seconds, detail=hide(detail), log=log)
