"""Times of repeated runs, and the document that shows them with the machine they were taken on."""

from __future__ import annotations

import os
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Measure:
    """One thing that was timed several times."""

    what: str
    seconds: Sequence[float]

    def row(self) -> str:
        """Median, fastest and slowest, and how many."""
        times = (statistics.median(self.seconds), min(self.seconds), max(self.seconds))
        return f"| {self.what} | {' | '.join(f'{t:.2f}' for t in times)} | {len(self.seconds)} |"


def timed(what: str, run: Callable[[], object], runs: int) -> Measure:
    """Runs it so many times."""
    seconds = []
    for _ in range(runs):
        start = time.monotonic()
        run()
        seconds.append(time.monotonic() - start)
    measure = Measure(what, seconds)
    print(measure.row(), flush=True)
    return measure


def document(measures: Sequence[Measure]) -> str:
    """The table, with date and machine."""
    rows = "\n".join(measure.row() for measure in measures)
    taken = time.strftime("%Y-%m-%d %H:%M", time.gmtime())
    return f"""# Benchmark

<!-- Written by `make bench`. -->

{taken} UTC, {_machine()}. Seconds; the spread says how far
to trust a median: on a machine that does other things too, a difference below it means nothing.

| what | median | fastest | slowest | runs |
|---|---|---|---|---|
{rows}

*Recorded* is the whole program of a stack without an engine. *The report* is `make review` of a change that
restarts every pod of every stack; it may take 12 s, with rendered objects (`AIRFLOW_CHART`) 30 s. *From
nothing* has both Python environments and no state; *stopped* has the data of an earlier run; *unchanged*
finds everything running. Each ends with the
smoke test, except where nothing changed since it passed. *Seen* is the time from writing a new DAG file to
its answer by API, *done* that from a trigger to the run's success, for a DAG of one trivial task.
"""


def _machine() -> str:
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{_cpu()}, {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()}, "
        f"Python {platform.python_version()}, load at the end {load}"
    )


def _cpu() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())
