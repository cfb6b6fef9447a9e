"""What stack-init did, line by line as it happens."""

from typing import Literal

Outcome = Literal["ok", "made", "repaired"]


class Steps:
    """Prints each step when it is done, and counts what was not simply there."""

    def __init__(self) -> None:
        self.changes = 0

    def tell(self, outcome: Outcome, what: str) -> None:
        """One finished step."""
        self.changes += outcome != "ok"
        print(f"{outcome:9} {what}", flush=True)
