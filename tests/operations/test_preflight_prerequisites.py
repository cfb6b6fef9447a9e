"""The prerequisites' data agree with the program and with the README."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

import offline
from operations.preflight_prerequisites import PREREQUISITES
from operations.stack_file import read_stack_file


@pytest.mark.parametrize("stack", offline.stack_names())
def test_nothing_that_a_stack_switches_on_is_called_needless(stack: str) -> None:
    """Fails when the program starts to use what preflight still calls `never`."""
    graph = offline.record(stack)
    values = graph.only("kubernetes:helm.sh/v3:Release").inputs["values"]
    switches = {key for key in switched_on(values) if key in SWITCHES}
    needed = {p.name for p in PREREQUISITES if p.needed(read_stack_file(stack))}
    assert {SWITCHES[key] for key in switches} <= needed
    assert not [r.type for r in graph.resources if "NetworkPolicy" in r.type or "ExternalSecret" in r.type]


SWITCHES = {
    "ingress": "load balancer controller",
    "hpa": "metrics-server",
    "keda": "KEDA",
    "persistence": "EBS CSI driver",
    "networkPolicies": "CNI network policy",
}
"""Sections of the chart's values whose `enabled` asks something of the cluster."""


def switched_on(values: Any, section: str = "") -> Iterator[str]:
    if isinstance(values, Mapping):
        if values.get("enabled") is True:
            yield section
        for key, value in values.items():
            yield from switched_on(value, key)


def test_the_readme_s_table_is_made_of_the_same_data() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text()
    for prerequisite in PREREQUISITES:
        assert f"| {prerequisite.name} | {prerequisite.needed_when} | {prerequisite.remedy} |" in readme
