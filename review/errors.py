"""What a person did wrong, in one line."""


class ReviewError(Exception):
    """Shown as one line, exit code 1; the report is not written."""
