"""Destroys the stacks of an account that outlived their time, of which `ephemeral` in a stack file speaks.

    python -m operations.janitor STACK [--destroy] [--output janitor/STACK.json]

STACK names the account and region whose state bucket is looked through. Without --destroy nothing is
changed. Left alone is every stack that is long-lived (its file lies in `stacks/`, without `ephemeral`), has
no time to live, or is locked by an update. Prints a table in Markdown; exit code 1 if something could not be
destroyed, as what protects a resource, after all others were tried.
"""

import argparse
import json
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from operations import stack_file
from operations.errors import OperationError, command
from operations.janitor_destroy import destroy
from operations.stack_file import read_stack_file
from operations.stack_states import PROJECT, StackState, StateBucket
from operations.state_names import StateNames

LONGEST_RUN = timedelta(minutes=10)
"""After this no further stack is begun in a run: a role's credentials end after an hour."""
LONGEST_UPDATE = timedelta(hours=2)
"""A lock that is older was left behind by an update that was killed."""
EMPTY_FOR = timedelta(days=1)
"""Until then somebody may be about to deploy again what was destroyed by hand."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of one stack."""

    stack: str
    text: str
    failed: bool = False


@command("janitor")
def main(arguments: Sequence[str] | None = None) -> int:
    """The command: 0 if all that was due is gone, 1 if not or if the bucket could not be read."""
    parser = argparse.ArgumentParser(prog="python -m operations.janitor", description=__doc__)
    parser.add_argument("stack", help="name of a file stacks/Pulumi.<stack>.yaml of the account")
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--destroy", action="store_true", help="destroy what is due")
    mode.add_argument("--dry-run", action="store_true", help="tell only what is due (the default)")
    parser.add_argument("--output", type=Path, help="for operations.janitor_issue")
    given = parser.parse_args(arguments)
    place = read_stack_file(given.stack)
    names = StateNames(account_id=place.account_id, region=place.region)
    found = list(clean(names, destroy if given.destroy else None, long_lived()))
    if given.output:
        given.output.parent.mkdir(parents=True, exist_ok=True)
        content = {"stack": place.name, "outcomes": [asdict(each) for each in found]}
        given.output.write_text(json.dumps(content, indent=1))
    print("\n".join(["| stack | janitor |", "|---|---|", *map(_row, found)]))
    return int(any(outcome.failed for outcome in found))


def _row(outcome: Outcome) -> str:
    text = outcome.text.replace("|", "\\|")
    return f"| `{outcome.stack}` | {text} |"


def long_lived() -> set[str]:
    """Stacks whose committed file does not say `ephemeral`."""
    files = (stack_file.ROOT / "stacks").glob("Pulumi.*.yaml")
    committed = (read_stack_file(path.name.split(".")[1]) for path in files)
    return {stack.name for stack in committed if not stack.section("ephemeral")}


def clean(
    names: StateNames, end: Callable[[str, StateNames], None] | None, kept: Collection[str]
) -> Iterator[Outcome]:
    """One outcome per stack of the bucket. `end` destroys one; None: nothing is destroyed."""
    bucket, begun = StateBucket(names), datetime.now(UTC)
    for stack in bucket.stacks():
        if stack in kept:
            yield Outcome(stack=stack, text="stays: its stack file is long-lived")
            continue
        try:
            # Read just before the decision: while other stacks were destroyed, somebody may have extended it.
            state = bucket.read(stack)
            reason = why_not(state, datetime.now(UTC))
            if reason:
                yield Outcome(stack=stack, text=f"stays: {reason}")
            elif end is None:
                yield Outcome(stack=stack, text="would be destroyed")
            elif datetime.now(UTC) - begun > LONGEST_RUN:
                yield Outcome(stack=stack, text="is due; the next run destroys it")
            else:
                end(stack, names)
                yield Outcome(stack=stack, text="destroyed")
        except OperationError as error:
            yield Outcome(stack=stack, text=f"**could not be destroyed**: {error}", failed=True)


def why_not(state: StackState, now: datetime) -> str | None:
    """Why the stack is left alone; None if it is due. Raises OperationError if a person has to act first."""
    hours, created = state.time_to_live_hours, state.created
    if not state.deployed:
        # What was destroyed and is still named; what was never deployed has no last update.
        if state.last_update is None or now - state.last_update < EMPTY_FOR:
            return "nothing is deployed"
    elif hours is None or created is None:
        return "it has no time to live"
    elif now < (end := created + timedelta(hours=hours)):
        return f"it may live until {end:%Y-%m-%d %H:%M} UTC"
    if state.locked_since is not None:
        if now - state.locked_since < LONGEST_UPDATE:
            return "an update is running"
        raise OperationError(
            f"locked since {state.locked_since:%Y-%m-%d %H:%M} UTC; if nobody is at work, run "
            f"pulumi cancel --stack organization/{PROJECT}/{state.name}"
        )
    if state.protected:
        names = ", ".join(state.protected)
        raise OperationError(
            f"it protects {names}; release that by an `up` without `protect`, or extend its life"
        )
    return None


if __name__ == "__main__":
    sys.exit(main())
