"""The chart's pods on the cluster of the pipeline: what they are told is there, and they fit."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from components.pod_layout import BUNDLE_PATH
from offline import plain, record
from offline.chart import RELEASE, VARIABLE, render
from stacks.quantities import millicores
from tests.kind.stack import OVERRIDES, STACK

pytestmark = [
    pytest.mark.chart,
    pytest.mark.skipif(VARIABLE not in os.environ, reason=f"{VARIABLE} does not name the chart's .tgz"),
]

SYSTEM_MILLICORES = 950
"""What the pods of a kind node ask for themselves: control plane, two name servers, network."""


@cache
def pods() -> dict[str, dict[str, Any]]:
    """Name of each workload of the release to its pod."""
    (release,) = record(STACK, overrides=OVERRIDES).of_type(RELEASE)
    inputs = plain(release.inputs)
    place = {"name": inputs["name"], "namespace": inputs["namespace"]}
    objects = render(Path(os.environ[VARIABLE]), inputs["values"], **place)
    workloads = [each for each in objects if each["kind"] in ("Deployment", "StatefulSet")]
    return {each["metadata"]["name"]: each["spec"]["template"]["spec"] for each in workloads}


def containers(pod: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from pod.get("initContainers", [])
    yield from pod["containers"]


def test_who_is_told_of_the_authority_has_its_file() -> None:
    told = [
        container
        for pod in pods().values()
        for container in containers(pod)
        if {"name": "SSL_CERT_FILE", "value": BUNDLE_PATH} in container.get("env", [])
    ]
    assert len(told) >= 10
    for container in told:
        mounts = [mount["mountPath"] for mount in container["volumeMounts"]]
        assert str(Path(BUNDLE_PATH).parent) in mounts, container["name"]


def test_all_pods_fit_on_two_cores() -> None:
    asked = sum(
        millicores(container["resources"]["requests"]["cpu"])
        for pod in pods().values()
        for container in pod["containers"]
    )
    assert 0 < asked <= 2000 - SYSTEM_MILLICORES
