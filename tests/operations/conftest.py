"""Targets for the operations commands: a fake Airflow on loopback, and a cloud in memory."""

from collections.abc import Iterator
from dataclasses import replace

import boto3
import pytest
from moto import mock_aws

from operations import smoke_runner
from operations.smoke import Target
from operations.smoke_aws import Aws
from tests.operations.fake_airflow import PASSWORD, FakeAirflow, serving

PREFIX = "/airflow/dev/variables"
BUCKET = "logs-of-the-test"


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeAirflow]:
    monkeypatch.setattr(smoke_runner, "POLL_SECONDS", 0.01)
    with serving(FakeAirflow()) as served:
        yield served


@pytest.fixture
def target(fake: FakeAirflow) -> Target:
    return Target(url=fake.url, password=PASSWORD, timeout_seconds=0.3)


@pytest.fixture
def cloud(fake: FakeAirflow, target: Target, monkeypatch: pytest.MonkeyPatch) -> Iterator[Target]:
    """A target with S3 and SSM; the fake Airflow sees the SSM parameters and uploads its log on trigger."""
    whole = replace(
        target, bucket=BUCKET, ssm_prefix=PREFIX, region="us-east-1", credentials=("id", "key-of-the-test")
    )
    with mock_aws():
        boto3.client("s3", region_name="us-east-1").create_bucket(Bucket=BUCKET)
        put = Aws.put_variable

        def put_and_show(self: Aws, variable: str, value: str) -> None:
            put(self, variable, value)
            fake.variables[variable] = value

        monkeypatch.setattr(Aws, "put_variable", put_and_show)
        yield whole
