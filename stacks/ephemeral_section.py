"""The section of a stack that is meant to go again: for a pull request, a demonstration, an afternoon."""

from typing import Annotated

from pydantic import Field

from stacks.section import Section

TAG = "TimeToLiveHours"
"""On every AWS resource of such a stack, and with the provider's tags in its state: by it the pipeline's
`janitor` finds the stacks that it may destroy."""


class EphemeralSettings(Section):
    """How long the stack may live; then the pipeline's `janitor` destroys it, with all data."""

    time_to_live_hours: Annotated[int, Field(ge=1, le=720)]
    """Counted from the stack's first `up`; a higher number and another `up` extend it."""

    @property
    def tags(self) -> dict[str, str]:
        """What marks the stack's resources."""
        return {TAG: str(self.time_to_live_hours)}
