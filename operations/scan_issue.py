"""Makes one issue of the stacks whose running image did not pass its scan: opens, rewrites, or closes it.

    python -m operations.scan_issue --looked-at "dev staging prod" scan/*.json

A stack whose image passed has a file; what Trivy found in another's stands in the log of the workflow's run.
"""

import sys
from collections.abc import Sequence

from operations.issue import Findings, Subject, command


def main(arguments: Sequence[str] | None = None) -> int:
    """The command: 0 if the issue says what was found, 1 with one line if not."""
    return command(SUBJECT, __doc__, arguments)


def render(found: Findings) -> str:
    """The issue's text: one line for each image that a person has to look at."""
    wrong = "its image has CRITICAL or HIGH findings without a waiver, or could not be scanned"
    lines = [f"- `{each['stack']}`: {wrong}; see the workflow's run" for each in found if "error" in each]
    return "\n".join(lines or ["All images pass."]) + "\n"


SUBJECT = Subject(
    workflow="scan",
    title="Scan: an image that runs does not pass",
    say=render,
    urgent=lambda finding: "error" in finding,
)

if __name__ == "__main__":
    sys.exit(main())
