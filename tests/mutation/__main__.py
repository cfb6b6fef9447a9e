"""`python -m tests.mutation [FILE ...]`: weakens the guarded settings of these files, or of all."""

from __future__ import annotations

import sys
import time
from datetime import date

from rich.console import Console
from rich.progress import Progress

from offline import ROOT
from tests.mutation.children import verdicts, warm_up
from tests.mutation.guarded import sources
from tests.mutation.mutants import Mutant, of_file
from tests.mutation.report import DOCUMENT, Report, accepted
from tests.mutation.results import Results, state


def main(arguments: list[str]) -> int:
    """0; 1 with a line for each survivor that no reason explains, or below the wanted share."""
    known = {path.relative_to(ROOT).as_posix(): path for path in sources()}
    unknown = [name for name in arguments if name not in known]
    if unknown:
        print(f"mutate: {', '.join(unknown)}: no file with guarded settings", file=sys.stderr)
        return 1
    begun, results = time.monotonic(), Results(state())
    mutants = [mutant for name in arguments or known for mutant in of_file(known[name])]
    _judge(mutants, results)
    report = Report({(m.file, m.name): results.found[m.file, m.name] for m in mutants}, accepted())
    print(report.table())
    if not arguments:
        DOCUMENT.write_text(report.document(date.today(), (time.monotonic() - begun) / 60))
    for problem in report.problems():
        print(f"mutate: {problem}", file=sys.stderr)
    print(f"{report.share:.1%} caught by a policy, contract or golden file")
    return 1 if report.problems() else 0


def _judge(mutants: list[Mutant], results: Results) -> None:
    """Those without a verdict get one. The display has no thread of its own: a fork would copy its locks."""
    waiting = [m for m in mutants if (m.file, m.name) not in results.found]
    console = Console(stderr=True)
    if waiting:
        warm_up()
    with Progress(console=console, auto_refresh=False) as progress:
        task = progress.add_task("mutants", total=len(mutants), completed=len(mutants) - len(waiting))
        for mutant, verdict in verdicts(waiting):
            results.add(mutant, verdict)
            progress.update(task, advance=1, description=mutant.file)
            progress.refresh()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
