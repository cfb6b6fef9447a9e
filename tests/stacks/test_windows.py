"""Windows against a brute-force model: the set of minutes of a week that they cover."""

from hypothesis import given
from hypothesis import strategies as st

from stacks.windows import DAY, WEEK, Span, daily, overlap, shortest, weekly

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
quarters = st.integers(0, DAY // 15 - 1).map(lambda quarter: quarter * 15)


def clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def week_clock(minute: int) -> str:
    return f"{DAYS[minute // DAY]}:{clock(minute % DAY)}"


def minutes(spans: list[Span]) -> set[int]:
    return {(start + passed) % WEEK for start, length in spans for passed in range(length)}


@given(quarters, st.integers(1, 8), quarters, st.integers(0, 6), st.integers(1, 8))
def test_windows_overlap_exactly_when_they_share_a_minute(
    backup: int, length: int, maintenance: int, day: int, other_length: int
) -> None:
    start = day * DAY + maintenance
    every_day = daily(f"{clock(backup)}-{clock((backup + length * 15) % DAY)}")
    once = weekly(f"{week_clock(start)}-{week_clock((start + other_length * 15) % WEEK)}")
    assert overlap(every_day, once) == bool(minutes(every_day) & minutes(once))
    assert overlap(every_day, once) == overlap(once, every_day)


def test_a_window_over_midnight_keeps_its_length() -> None:
    assert shortest(daily("23:30-00:30")) == 60
    assert shortest(weekly("sun:23:30-mon:00:30")) == 60


def test_windows_that_touch_do_not_overlap() -> None:
    assert not overlap(daily("03:00-04:00"), weekly("sun:04:00-sun:05:00"))
