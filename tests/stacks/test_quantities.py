"""Kubernetes quantities as numbers."""

import pytest

from stacks.quantities import memory_bytes, millicores


@pytest.mark.parametrize(("cpu", "expected"), [("500m", 500), ("2", 2_000), ("0.25", 250)])
def test_cpu_counts_in_thousandths(cpu: str, expected: float) -> None:
    assert millicores(cpu) == expected


@pytest.mark.parametrize(
    ("memory", "expected"), [("1Ki", 1_024), ("512Mi", 536_870_912), ("1Gi", 1_073_741_824), ("1Ti", 2**40)]
)
def test_memory_counts_in_bytes(memory: str, expected: int) -> None:
    assert memory_bytes(memory) == expected
