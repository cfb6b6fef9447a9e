"""The rule about what a reviewer has to agree to."""

from collections.abc import Iterator

from stacks.aws_sections import DatabaseSettings
from stacks.registry import rule
from stacks.review_section import ReviewSettings
from stacks.section import Problem


@rule("review", "database")
def a_protected_stack_has_a_limit_of_cost(
    review: ReviewSettings | None, database: DatabaseSettings
) -> Iterator[Problem]:
    """What runs for years has its price agreed: a pull request above it blocks."""
    if database.protect and (review is None or review.max_monthly_usd is None):
        yield Problem(path="review.max_monthly_usd", rule="required with database.protect", value=None)
