"""The one exception that ends a run with a sentence instead of a traceback."""

from __future__ import annotations


class EmulatorError(Exception):
    """Something a person can act on: the message is a whole sentence and holds no secret."""
