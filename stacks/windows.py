"""Arithmetic of AWS maintenance and backup windows, in minutes of a week that starts on Monday, in UTC."""

DAY = 24 * 60
WEEK = 7 * DAY
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Span = tuple[int, int]
"""First minute within the week, and length in minutes; it may run over the week's end."""


def daily(window: str) -> list[Span]:
    """The seven spans of `03:00-04:00`; a window that ends before it starts runs over midnight."""
    start, end = (_minute(part) for part in window.split("-"))
    return [(day * DAY + start, (end - start) % DAY) for day in range(7)]


def weekly(window: str) -> list[Span]:
    """The one span of `sun:05:00-sun:06:00`."""
    start, end = (_DAYS.index(part[:3]) * DAY + _minute(part[4:]) for part in window.split("-"))
    return [(start, (end - start) % WEEK)]


def overlap(some: list[Span], others: list[Span]) -> bool:
    """Whether any two spans share a minute. Windows that only touch do not."""
    return any(
        (second - first) % WEEK < length or (first - second) % WEEK < other_length
        for first, length in some
        for second, other_length in others
    )


def shortest(spans: list[Span]) -> int:
    """Length in minutes of the shortest span."""
    return min(length for _, length in spans)


def _minute(time: str) -> int:
    hours, minutes = time.split(":")
    return int(hours) * 60 + int(minutes)
