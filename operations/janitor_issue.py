"""Makes one issue of the stacks that `operations.janitor` could not destroy: opens, rewrites, or closes it.

python -m operations.janitor_issue --looked-at dev staging -- janitor/*.json
"""

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from operations.errors import OperationError
from operations.github import from_environment
from operations.issue import findings, settle

MARKER = "<!-- airflow: janitor -->"
TITLE = "Janitor: stacks that outlived their time could not be destroyed"


def main(arguments: Sequence[str] | None = None) -> int:
    """The command: 0 if the issue says what was found, 1 with one line if not."""
    parser = argparse.ArgumentParser(prog="python -m operations.janitor_issue", description=__doc__)
    parser.add_argument("--looked-at", nargs="+", required=True, metavar="STACK")
    parser.add_argument("files", nargs="*", type=Path)
    given = parser.parse_args(arguments)
    try:
        lines = [line for each in findings(given.files, given.looked_at) for line in _failures(each)]
        text = "\n".join([*lines, ""]) if lines else "All that was due is gone.\n"
        with from_environment() as github:
            print(f"janitor: {settle(github, MARKER, TITLE, text, wanted=bool(lines))}")
    except (OperationError, OSError) as error:
        print(f"janitor: {error}", file=sys.stderr)
        return 1
    return 0


def _failures(finding: Mapping[str, Any]) -> Iterator[str]:
    if "error" in finding:
        yield f"- account of `{finding['stack']}`: {finding['error']}"
    for outcome in finding.get("outcomes", []):
        if outcome["failed"]:
            yield f"- account of `{finding['stack']}`, stack `{outcome['stack']}`: {outcome['text']}"


if __name__ == "__main__":
    sys.exit(main())
