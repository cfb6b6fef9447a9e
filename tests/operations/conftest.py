"""Targets for the operations commands: a fake Airflow on loopback, and a cloud in memory."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import boto3
import botocore.session
import pytest
from moto import mock_aws

from operations import smoke_runner, stack_file, stack_init
from operations.smoke import Target
from operations.smoke_aws import Aws
from tests.operations import fake_github
from tests.operations.aws_account import STACK_FILE, Run, account_in_memory
from tests.operations.fake_airflow import PASSWORD, FakeAirflow, serving
from tests.operations.fake_github import FakeGitHub

PREFIX = "/airflow/dev/variables"
BUCKET = "logs-of-the-test"


@pytest.fixture(scope="session", autouse=True)
def one_reading_of_the_service_models() -> Iterator[None]:
    """Each boto3 session reads megabytes of JSON anew, and a smoke test makes a session per call."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.session, "create_loader", cache(botocore.session.create_loader))
        yield


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


@pytest.fixture
def github(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeGitHub]:
    """GitHub as a workflow's step finds it."""
    with fake_github.serving(FakeGitHub()) as fake:
        monkeypatch.setenv("GITHUB_REPOSITORY", fake_github.REPOSITORY)
        monkeypatch.setenv("GITHUB_TOKEN", fake_github.TOKEN)
        monkeypatch.setenv("GITHUB_API_URL", fake.url)
        yield fake


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with the stack file `x`, and nothing on PATH."""
    (tmp_path / "stacks").mkdir()
    (tmp_path / "stacks" / "Pulumi.x.yaml").write_text(STACK_FILE)
    monkeypatch.setattr(stack_file, "ROOT", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return tmp_path


@pytest.fixture
def account(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with account_in_memory(monkeypatch):
        yield


@pytest.fixture
def run(account: None, capsys: pytest.CaptureFixture[str]) -> Run:
    """Exit code, lines and error of one `make stack-init STACK=x`."""

    def once() -> tuple[int, list[str], str]:
        code = stack_init.main(["x"])
        said = capsys.readouterr()
        return code, said.out.splitlines(), said.err

    return once
