"""The error that a person can do something about."""


class ReviewError(Exception):
    """Its text is one line: what is wrong and what to do."""
