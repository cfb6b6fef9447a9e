"""Bucket and key of the state: made, found again, repaired where that is safe."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.operations.aws_account import NAMES, REGION, Run, changed, client, key_id

BUCKET = NAMES.bucket


def test_a_first_run_makes_everything(run: Run) -> None:
    code, lines, _ = run()
    assert code == 0
    assert [line.split(maxsplit=1)[1].split(":")[0] for line in changed(lines)] == [
        "key alias/pulumi-airflow-state",
        "key rotation",
        f"bucket {BUCKET}",
        *(f"bucket {what}" for what in ("public access", "versioning", "encryption", "policy", "lifecycle")),
    ]


def test_the_bucket_is_private_versioned_and_encrypted_with_the_key(run: Run) -> None:
    run()
    s3 = client("s3")
    key = client("kms").describe_key(KeyId=NAMES.alias)["KeyMetadata"]
    assert client("kms").get_key_rotation_status(KeyId=key["KeyId"])["KeyRotationEnabled"]
    assert s3.get_bucket_versioning(Bucket=BUCKET)["Status"] == "Enabled"
    assert set(s3.get_public_access_block(Bucket=BUCKET)["PublicAccessBlockConfiguration"].values()) == {True}
    (ownership,) = s3.get_bucket_ownership_controls(Bucket=BUCKET)["OwnershipControls"]["Rules"]
    assert ownership["ObjectOwnership"] == "BucketOwnerEnforced"
    (rule,) = s3.get_bucket_encryption(Bucket=BUCKET)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"]["KMSMasterKeyID"] == key["Arn"]
    assert rule["BucketKeyEnabled"] is True
    (statement,) = json.loads(s3.get_bucket_policy(Bucket=BUCKET)["Policy"])["Statement"]
    assert (statement["Effect"], statement["Condition"]) == (
        "Deny",
        {"Bool": {"aws:SecureTransport": "false"}},
    )
    (lifecycle,) = s3.get_bucket_lifecycle_configuration(Bucket=BUCKET)["Rules"]
    assert "Expiration" not in lifecycle
    assert lifecycle["NoncurrentVersionExpiration"]["NoncurrentDays"] == 365


def test_a_second_run_finds_all_there(run: Run) -> None:
    run()
    code, lines, _ = run()
    assert (code, changed(lines)) == (0, [])
    assert lines[-1] == "stack-init: bucket and key are there, nothing changed"
    assert len(client("kms").list_keys()["Keys"]) == 1


def test_without_the_cli_the_exact_commands_are_printed(run: Run) -> None:
    _, lines, _ = run()
    url = f"s3://{BUCKET}?region={REGION}"
    provider = f"awskms://alias/pulumi-airflow-state?region={REGION}"
    assert f"  pulumi login '{url}'" in lines
    assert f"  pulumi stack init x --secrets-provider '{provider}'" in lines


def drop_encryption() -> None:
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    client("s3").put_bucket_encryption(Bucket=BUCKET, ServerSideEncryptionConfiguration={"Rules": [rule]})


@pytest.mark.parametrize(
    ("drift", "said"),
    [
        (lambda: client("s3").delete_public_access_block(Bucket=BUCKET), "public access: blocked (was none)"),
        (
            lambda: client("s3").put_bucket_versioning(
                Bucket=BUCKET, VersioningConfiguration={"Status": "Suspended"}
            ),
            'versioning: on (was "Suspended")',
        ),
        (lambda: client("s3").delete_bucket_ownership_controls(Bucket=BUCKET), "ownership"),
        (drop_encryption, "encryption: with our key and a bucket key (was "),
        (lambda: client("s3").delete_bucket_policy(Bucket=BUCKET), "policy: TLS only (was none)"),
        (lambda: client("s3").delete_bucket_lifecycle(Bucket=BUCKET), "lifecycle"),
        (lambda: client("kms").disable_key_rotation(KeyId=key_id()), "key rotation: every year (was off)"),
    ],
)
def test_what_differs_is_named_and_repaired(run: Run, drift: Callable[[], Any], said: str) -> None:
    run()
    drift()
    code, lines, _ = run()
    (line,) = changed(lines)
    assert code == 0
    assert line.startswith("repaired ")
    assert said in line
    assert changed(run()[1]) == []


def test_foreign_rules_and_statements_stay(run: Run) -> None:
    run()
    theirs = {"Sid": "Audit", "Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": [theirs]}
    client("s3").put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(policy))
    run()
    document = json.loads(client("s3").get_bucket_policy(Bucket=BUCKET)["Policy"])
    assert [statement["Sid"] for statement in document["Statement"]] == ["Audit", "EncryptedTransportOnly"]
