"""What a run found: the table, what is wrong with it, and docs/MUTATION.md."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

import yaml

from offline import ROOT
from tests.mutation.judge import BROKEN, COMPONENT, CONTRACT, COUNTED, GOLDEN, POLICY, SURVIVED, Verdict

SURVIVORS = Path(__file__).parent / "survivors.yaml"
DOCUMENT = ROOT / "docs" / "MUTATION.md"
WANTED = 0.95
KINDS = (POLICY, CONTRACT, GOLDEN, COMPONENT, SURVIVED, BROKEN)
Key = tuple[str, str]
"""File and name of a mutant."""

HEAD = """# Mutation check

<!-- Written by `make mutate`: change tests/mutation/, not this. -->

Do the tests notice when a guarded setting gets weaker? `make mutate` weakens every one of them in turn, in
memory, and asks who notices first. `ONLY=components/firewall.py make mutate` does so for one file. A run
that was interrupted goes on where it was; the verdicts lie in `.mutation/`.

A **mutant** is one weakening of the Python files in `components/` and `stacks/`: `True` and `False`
swapped, a number ten times larger or smaller, a bound moved by one, another text, an action widened to
`service:*`, `Resource`, `Action` or `Principal` opened to all, a condition operator that admits more, an
entry, argument or statement dropped, a comparison moved to its bound or turned round, a condition turned
round, a refusal (`raise`, `yield Problem`) removed, a pattern that takes any text. All are derived from the
source; what is left out, and why, stands in [tests/mutation/guarded.py](../tests/mutation/guarded.py).

How they are counted: **policy** is a rule of `policies/` over the graph of a committed stack; **golden** a
file in `tests/golden/`, a case of `tests/stacks/cases/` (a stack file and the exact lines that it prints),
or a document written from the code; **contract** a table of what holds for every stack, component, setting
and argument (`tests/stacks`, `tests/test_contracts.py`, `test_master_user.py`, `test_executors.py`,
`tests/components/test_*_arguments.py`), and that each committed stack is accepted. The first who notices
counts, in the order of their cost. What only **another test of a component** notices does not count as
caught. Mutants with which **no stack is recorded** (a missing argument, an unknown name) are no weakening
and are left out of the share.
"""


@dataclass(frozen=True)
class Report:
    """The verdicts of a run, and the survivors that a review has accepted."""

    verdicts: Mapping[Key, Verdict]
    accepted: Mapping[Key, str]

    @cached_property
    def counts(self) -> dict[str, Counter[str]]:
        """Kind of verdict to its number, per file."""
        found: dict[str, Counter[str]] = {}
        for (file, _), verdict in sorted(self.verdicts.items()):
            found.setdefault(file, Counter())[verdict.kind] += 1
        return found

    @property
    def total(self) -> Counter[str]:
        return sum(self.counts.values(), Counter[str]())

    @property
    def share(self) -> float:
        """Caught by a policy, a contract or a golden file, of all that run."""
        running = self.total.total() - self.total[BROKEN]
        return sum(self.total[kind] for kind in COUNTED) / running if running else 1.0

    def of_kind(self, kind: str) -> list[Key]:
        return sorted(key for key, verdict in self.verdicts.items() if verdict.kind == kind)

    def problems(self) -> list[str]:
        """What makes the run fail, one line each."""
        survived, files = set(self.of_kind(SURVIVED)), set(self.counts)
        unexplained = survived - set(self.accepted)
        lines = [f"{f}: {n}: survived; add a test, or a reason to survivors.yaml" for f, n in unexplained]
        stale = [key for key in self.accepted if key[0] in files and key not in survived]
        lines += [f"{f}: {n}: listed in survivors.yaml, and no longer survives" for f, n in stale]
        if self.share < WANTED:
            lines.append(f"{self.share:.1%} caught by a policy, contract or golden file; wanted {WANTED:.0%}")
        return sorted(lines)

    def table(self) -> str:
        """A row per file, as Markdown."""
        rows = [["file", "mutants", *KINDS], ["---"] * (len(KINDS) + 2)]
        for file, counts in [*self.counts.items(), ("**sum**", self.total)]:
            rows.append([file, str(counts.total()), *(str(counts[kind] or "") for kind in KINDS)])
        return "\n".join(f"| {' | '.join(row)} |" for row in rows)

    def document(self, day: date, minutes: float) -> str:
        """docs/MUTATION.md."""
        total = self.total
        result = (
            f"**{self.share:.1%}** of {total.total() - total[BROKEN]} mutants are caught by a policy, a"
            f" contract or a golden file ({day.isoformat()}, {minutes:.0f} minutes on 2 cores)."
        )
        parts = [HEAD, "## Result", result, self.table()]
        tested = [f"* `{f}`: {_code(n)}: {self.verdicts[f, n].by}" for f, n in self.of_kind(COMPONENT)]
        left = [f"* `{f}`: {_code(n)}: {self.accepted.get((f, n), '')}" for f, n in self.of_kind(SURVIVED)]
        parts += ["## Noticed by a component's own test alone", "\n".join(tested) or "None."]
        parts += ["## Survivors and their reasons", "\n".join(left) or "None."]
        return "\n\n".join(part.strip() for part in parts) + "\n"


def _code(name: str) -> str:
    return f"`` {name} ``"


def accepted(path: Path = SURVIVORS) -> dict[Key, str]:
    """Survivors with their reason. Raises ValueError for an entry without one."""
    found: dict[Key, str] = {}
    for entry in yaml.safe_load(path.read_text()) or []:
        if not entry.get("reason"):
            raise ValueError(f"{path.name}: {entry.get('file')}: a reason is missing")
        found |= {(entry["file"], name): entry["reason"] for name in entry["mutants"]}
    return found
