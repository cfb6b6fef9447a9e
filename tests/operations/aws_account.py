"""An AWS account in memory, with credentials that lead to it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from moto import mock_aws

from operations.state_names import StateNames

ACCOUNT, REGION = "123456789012", "eu-central-1"
"""moto's own account; a region that must be named when a bucket is made."""
NAMES = StateNames(account_id=ACCOUNT, region=REGION)

Run = Callable[[], tuple[int, list[str], str]]
"""Exit code, lines and error of one run of a command."""

STACK_FILE = f"""\
# a comment that must stay
config:
  airflow:account:
    id: "{ACCOUNT}" # and this one
    region: {REGION}
  airflow:cluster: {{name: platform, namespace: flows}}
  airflow:tags: {{Project: airflow}}
"""


@contextmanager
def account_in_memory(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Inside, boto3 talks to moto. Its pretended metadata address would answer without credentials too."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with mock_aws():
        yield


def client(service: str) -> Any:
    return boto3.client(service, region_name=REGION)


def refuse(monkeypatch: pytest.MonkeyPatch, operation: str, code: str, message: str = "said AWS") -> None:
    """From here on AWS refuses one operation, such as CreateBucket."""
    real = BaseClient._make_api_call  # type: ignore[attr-defined]

    def call(self: Any, name: str, arguments: Any) -> Any:
        if name == operation:
            raise ClientError({"Error": {"Code": code, "Message": message}}, operation)
        return real(self, name, arguments)

    monkeypatch.setattr(BaseClient, "_make_api_call", call)


def refused(run: Run) -> str:
    code, _, error = run()
    assert code == 1
    assert len(error.splitlines()) == 1
    return error


def changed(lines: list[str]) -> list[str]:
    return [line for line in lines if line.startswith(("made", "repaired"))]


def key_id() -> str:
    return client("kms").describe_key(KeyId=NAMES.alias)["KeyMetadata"]["KeyId"]
