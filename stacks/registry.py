"""Where the rules about more than one value register themselves."""

from collections.abc import Callable, Iterator

from stacks.section import Problem

Rule = Callable[..., Iterator[Problem]]
RULES: dict[str, tuple[tuple[str, ...], Rule]] = {}
"""Name of the rule -> the sections it gets as arguments, and the rule."""


def rule(*sections: str) -> Callable[[Rule], Rule]:
    """Registers a function that yields a Problem for each way in which these sections do not fit together."""

    def register(function: Rule) -> Rule:
        RULES[getattr(function, "__name__", repr(function))] = (sections, function)
        return function

    return register
