"""Rules about the tags that every AWS resource gets."""

import re
from collections.abc import Iterator

from stacks.registry import rule
from stacks.section import Problem

MOST_TAGS = 50
TAG_KEY_LENGTH, TAG_VALUE_LENGTH = 128, 256
TAG_CHARACTERS = r"[\w .:/=+\-@]*"
IDENTIFYING_TAGS = ("Project", "Environment")
"""By these the deployer's rights tell the stack's keys and security groups from others."""


@rule("tags")
def tags_tell_stacks_apart(tags: dict[str, str]) -> Iterator[Problem]:
    """A deployer's rights to keys and security groups, which have no name to go by, hold for these tags."""
    if not any(key in tags for key in IDENTIFYING_TAGS):
        yield Problem(path="tags", rule=f"should have {' or '.join(IDENTIFYING_TAGS)}")


@rule("tags")
def tags_keep_the_limits(tags: dict[str, str]) -> Iterator[Problem]:
    """AWS's limits; every service takes these characters."""
    if len(tags) > MOST_TAGS:
        yield Problem(path="tags", rule=f"should be at most {MOST_TAGS} tags", value=len(tags))
    for key, value in tags.items():
        if key.lower().startswith("aws:"):
            yield Problem(
                path=f"tags.{key}", rule="should not start with aws:, which AWS keeps for itself", value=key
            )
        for text, limit in ((key, TAG_KEY_LENGTH), (value, TAG_VALUE_LENGTH)):
            if len(text) > limit:
                yield Problem(path=f"tags.{key}", rule=f"should be at most {limit} characters", value=text)
            if not text or re.fullmatch(TAG_CHARACTERS, text) is None:
                yield Problem(
                    path=f"tags.{key}", rule="should be letters, digits, spaces and .:/=+-@_", value=text
                )
