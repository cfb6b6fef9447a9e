"""What the broker's arguments refuse, and how they say so."""

from dataclasses import replace
from typing import Any

import pytest

from tests.components.samples import CACHE


@pytest.mark.parametrize(
    ("part", "field", "value", "message"),
    [
        ("engine", "engine", "memcached", "engine: valkey or redis"),
        ("engine", "engine_version", "6.2", "engine_version: 7 or newer"),
        ("engine", "node_type", "t4g.small", "node_type: cache.<family>.<size>"),
        ("engine", "nodes", 0, "nodes: a primary and up to 5 replicas"),
        ("engine", "nodes", 7, "nodes: a primary and up to 5 replicas"),
        ("upkeep", "snapshot_retention_days", 36, "snapshot_retention_days: ElastiCache allows 0 to 35"),
    ],
)
def test_impossible_arguments_are_refused_by_name(part: str, field: str, value: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message) as raised:
        replace(CACHE, **{part: replace(getattr(CACHE, part), **{field: value})})
    assert f"got {value!r}" in str(raised.value)


def test_a_retention_that_cloudwatch_does_not_know_is_refused() -> None:
    with pytest.raises(ValueError, match=r"log_retention_days: one of .*, got 100"):
        replace(CACHE, log_retention_days=100)
