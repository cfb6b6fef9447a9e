"""`python -m tests.bench [RUNS]`: measures and writes docs/BENCHMARK.md."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from offline import ROOT
from tests.bench import airflow_times, program_times, review_times, up_times
from tests.bench.report import Measure, document

RUNS = 3
DOCUMENT = ROOT / "docs" / "BENCHMARK.md"


def main(arguments: list[str]) -> int:
    """0, or what a failed measurement raises."""
    runs = int(arguments[0]) if arguments else RUNS
    found: list[Measure] = [*program_times.measure(runs), *review_times.measure(runs)]
    with tempfile.TemporaryDirectory(prefix="bench-") as home:
        try:
            found += up_times.measure(runs, Path(home))
            found += airflow_times.measure(runs, Path(home))
        finally:
            up_times.emulator("down", Path(home))
    text = document(found)
    DOCUMENT.write_text(text)
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
