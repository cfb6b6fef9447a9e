"""What stack-init leaves to a person, and how it says so: one line with the remedy, nothing changed."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest

from operations import stack_init
from operations.state_names import StateNames
from tests.operations.aws_account import (
    ACCOUNT,
    NAMES,
    REGION,
    STACK_FILE,
    Run,
    client,
    key_id,
    refuse,
    refused,
)

BUCKET = NAMES.bucket


def expire_all() -> None:
    rule = {"ID": "tidy", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 30}}
    client("s3").put_bucket_lifecycle_configuration(Bucket=BUCKET, LifecycleConfiguration={"Rules": [rule]})


def open_to_all() -> None:
    client("s3").delete_public_access_block(Bucket=BUCKET)
    everybody = {
        "Sid": "Open",
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": "*",
    }
    policy = {"Version": "2012-10-17", "Statement": [everybody]}
    client("s3").put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(policy))


@pytest.mark.parametrize(
    ("danger", "said"),
    [
        (expire_all, "lifecycle rule tidy deletes the state; remove it"),
        (open_to_all, "policy statement Open lets everybody in; remove it"),
        (lambda: client("kms").disable_key(KeyId=key_id()), "run aws kms enable-key --key-id"),
        (
            lambda: client("kms").schedule_key_deletion(KeyId=key_id()),
            "run aws kms cancel-key-deletion --key-id",
        ),
    ],
)
def test_what_only_a_person_may_decide_is_left_as_it_is(
    run: Run, danger: Callable[[], Any], said: str
) -> None:
    run()
    danger()
    assert said in refused(run)
    assert said in refused(run)


def test_a_key_of_the_wrong_kind_is_refused(run: Run) -> None:
    key = client("kms").create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    client("kms").create_alias(AliasName=NAMES.alias, TargetKeyId=key)
    assert "need a symmetric key to encrypt (got RSA_2048 for SIGN_VERIFY)" in refused(run)


def test_a_key_that_gets_no_alias_is_not_left_behind(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    refuse(monkeypatch, "CreateAlias", "AccessDeniedException")
    assert "no right to CreateAlias" in refused(run)
    (key,) = client("kms").list_keys()["Keys"]
    assert client("kms").describe_key(KeyId=key["KeyId"])["KeyMetadata"]["KeyState"] == "PendingDeletion"


def test_the_wrong_account_is_refused_before_anything_is_made(run: Run, folder: Path) -> None:
    file = folder / "stacks" / "Pulumi.x.yaml"
    file.write_text(STACK_FILE.replace(ACCOUNT, "999988887777"))
    error = refused(run)
    assert f"belong to account {ACCOUNT}, stacks/Pulumi.x.yaml to 999988887777; set AWS_PROFILE" in error
    assert client("kms").list_keys()["Keys"] == []


@pytest.mark.parametrize(
    ("operation", "code", "said"),
    [
        (
            "GetCallerIdentity",
            "ExpiredToken",
            "credentials are wrong or expired (ExpiredToken)",
        ),
        ("DescribeKey", "AccessDeniedException", "no right to DescribeKey (said AWS); let an administrator"),
        ("CreateBucket", "BucketAlreadyExists", "the name is taken, it belongs to another account"),
        ("CreateBucket", "AccessDenied", "no right to CreateBucket"),
        ("HeadBucket", "403", "it belongs to another account; bucket names are unique"),
        ("PutBucketPolicy", "AccessDenied", "no right to PutBucketPolicy"),
        ("CreateKey", "LimitExceededException", "AWS refused CreateKey: LimitExceededException said AWS"),
    ],
)
def test_a_refusal_is_one_line_with_its_remedy(
    run: Run, monkeypatch: pytest.MonkeyPatch, operation: str, code: str, said: str
) -> None:
    refuse(monkeypatch, operation, code)
    assert said in refused(run)


def test_a_bucket_of_ours_that_is_closed_to_us_is_told_from_a_foreign_one(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    run()
    refuse(monkeypatch, "HeadBucket", "403")
    assert "no right to see it; let an administrator" in refused(run)
    refuse(monkeypatch, "ListBuckets", "AccessDenied")
    assert "foreign or closed to you" in refused(run)


def test_a_bucket_in_another_region_is_not_taken(run: Run) -> None:
    place: Any = {"LocationConstraint": "eu-west-1"}
    boto3.client("s3", region_name="eu-west-1").create_bucket(Bucket=BUCKET, CreateBucketConfiguration=place)
    assert f"it lies in eu-west-1, not {REGION}" in refused(run)


def test_without_credentials_the_remedy_is_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(folder / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(folder / "none"))
    assert stack_init.main(["x"]) == 1
    assert "no AWS credentials" in capsys.readouterr().err


def test_a_stack_without_a_file_is_refused(
    run: Run, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert stack_init.main(["y"]) == 1
    assert "stacks/Pulumi.y.yaml: no such stack file; there are x" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("config: {airflow:account: {region: r}}", "airflow:account.id should be text (got None)"),
        ("config: {airflow:account: {id: 123456789012, region: r}}", "should be text (got 123456789012)"),
        ("a: b: c", "not YAML"),
    ],
)
def test_a_file_that_says_too_little_is_refused(run: Run, folder: Path, text: str, said: str) -> None:
    (folder / "stacks" / "Pulumi.x.yaml").write_text(text)
    assert said in refused(run)


@pytest.mark.parametrize("region", ["us-east-1", "ap-southeast-4", "us-gov-west-1"])
def test_the_bucket_s_name_fits_everywhere(region: str) -> None:
    assert len(StateNames(account_id=ACCOUNT, region=region).bucket) <= 63
