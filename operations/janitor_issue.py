"""Makes one issue of the stacks that `operations.janitor` could not destroy: opens, rewrites, or closes it.

python -m operations.janitor_issue --looked-at "dev staging" janitor/*.json
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from operations.issue import Findings, Subject, command


def main(arguments: Sequence[str] | None = None) -> int:
    """The command: 0 if the issue says what was found, 1 with one line if not."""
    return command(SUBJECT, __doc__, arguments)


def render(found: Findings) -> str:
    """The issue's text: one line for each that a person has to look at."""
    lines = [line for finding in found for line in _failures(finding)]
    return "\n".join(lines or ["All that was due is gone."]) + "\n"


def _failures(finding: Mapping[str, Any]) -> Iterator[str]:
    if "error" in finding:
        yield f"- account of `{finding['stack']}`: {finding['error']}"
    for outcome in finding.get("outcomes", []):
        if outcome["failed"]:
            yield f"- account of `{finding['stack']}`, stack `{outcome['stack']}`: {outcome['text']}"


SUBJECT = Subject(
    workflow="janitor",
    title="Janitor: stacks that outlived their time could not be destroyed",
    say=render,
    urgent=lambda finding: any(_failures(finding)),
)

if __name__ == "__main__":
    sys.exit(main())
