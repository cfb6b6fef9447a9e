"""The one exception that ends an operations command with a sentence instead of a traceback."""


class OperationError(Exception):
    """Something a person can act on: one line with the remedy, and no secret in it."""
