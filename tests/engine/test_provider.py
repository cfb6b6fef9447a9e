"""The stand-in for a provider, asked as the engine asks it: over the wire, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from offline import ROOT
from offline.wire import decode_struct, encode_struct

JOB = "urn:pulumi:test::airflow::airflow:index:Airflow$kubernetes:batch/v1:Job::migrate"
INPUTS = {"metadata": {"name": "migrate-1", "namespace": "airflow"}, "spec": {"backoffLimit": 1}}


@pytest.fixture(scope="module")
def provider() -> Iterator[Any]:
    command = [sys.executable, "-m", "tests.engine.provider", "kubernetes"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        with grpc.insecure_channel(f"127.0.0.1:{int(process.stdout.readline())}") as channel:
            yield provider_pb2_grpc.ResourceProviderStub(channel)
        process.terminate()


def difference(provider: Any, **changes: Any) -> Any:
    request = provider_pb2.DiffRequest(
        urn=JOB, old_inputs=encode_struct(INPUTS), news=encode_struct({**INPUTS, **changes})
    )
    return provider.Diff(request)


def test_a_creation_has_the_outputs_that_are_known_offline(provider: Any) -> None:
    made = provider.Create(provider_pb2.CreateRequest(urn=JOB, properties=encode_struct(INPUTS)))
    assert made.id == "airflow/migrate-1"
    assert decode_struct(made.properties)["spec"] == INPUTS["spec"]


def test_a_preview_promises_nothing_that_only_the_cloud_knows(provider: Any) -> None:
    request = provider_pb2.CreateRequest(urn=JOB, properties=encode_struct(INPUTS), preview=True)
    assert provider.Create(request).id == ""


def test_only_a_change_is_a_difference(provider: Any) -> None:
    kinds = provider_pb2.DiffResponse
    assert difference(provider).changes == kinds.DIFF_NONE
    assert list(difference(provider, spec={}).diffs) == ["spec"]
    assert list(difference(provider, spec={}).replaces) == []


def test_an_object_of_another_name_is_another_object(provider: Any) -> None:
    assert list(difference(provider, metadata={"name": "migrate-2"}).replaces) == ["metadata"]
