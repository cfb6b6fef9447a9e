"""Each control that the log bucket and its access-log bucket claim to meet."""

import json
from dataclasses import replace
from typing import Any

import pytest

from components.logs import LogBucket
from offline import Graph
from tests.components.samples import ACCOUNT, KEY, LOGS, at, built

BUCKET = "aws:s3/bucket:Bucket"
PUBLIC = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
OWNERSHIP = "aws:s3/bucketOwnershipControls:BucketOwnershipControls"
VERSIONING = "aws:s3/bucketVersioning:BucketVersioning"
LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
ENCRYPTION = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
POLICY = "aws:s3/bucketPolicy:BucketPolicy"
LOGGING = "aws:s3/bucketLogging:BucketLogging"
NOTIFICATION = "aws:s3/bucketNotification:BucketNotification"
DEFAULT = "rules.0.applyServerSideEncryptionByDefault"
DEV = replace(LOGS, access_logs=False, protect=False)

# Type, end of the name, property, value, control. Both buckets have these.
BOTH: list[tuple[str, str, str, Any, str]] = [
    (PUBLIC, "public-access", "blockPublicAcls", True, "S3.8"),
    (PUBLIC, "public-access", "blockPublicPolicy", True, "S3.8"),
    (PUBLIC, "public-access", "ignorePublicAcls", True, "S3.8"),
    (PUBLIC, "public-access", "restrictPublicBuckets", True, "S3.8"),
    (OWNERSHIP, "ownership", "rule.objectOwnership", "BucketOwnerEnforced", "S3.12"),
    (VERSIONING, "versioning", "versioningConfiguration.status", "Enabled", "S3.14"),
    (LIFECYCLE, "lifecycle", "rules.0.status", "Enabled", "S3.13"),
    (LIFECYCLE, "lifecycle", "rules.0.filter", {}, "S3.13: every object"),
    (LIFECYCLE, "lifecycle", "rules.0.expiration.days", 90, "S3.13"),
    (LIFECYCLE, "lifecycle", "rules.0.noncurrentVersionExpiration.noncurrentDays", 30, "S3.13"),
    (LIFECYCLE, "lifecycle", "rules.0.abortIncompleteMultipartUpload.daysAfterInitiation", 7, "CKV_AWS_300"),
    (ENCRYPTION, "encryption", "rules.0.blockedEncryptionTypes", ["SSE-C"], "AWS's own default"),
]
MAIN: list[tuple[str, str, Any, str]] = [
    (ENCRYPTION, f"{DEFAULT}.sseAlgorithm", "aws:kms", "S3.17"),
    (ENCRYPTION, f"{DEFAULT}.kmsMasterKeyId", KEY, "CKV_AWS_145"),
    (ENCRYPTION, "rules.0.bucketKeyEnabled", True, "fewer calls of KMS"),
    (NOTIFICATION, "eventbridge", True, "S3.11"),
]


@pytest.fixture(scope="module", params=[False, True], ids=["update", "preview"])
def graph(request: pytest.FixtureRequest) -> Graph:
    return built(LogBucket, "logs", LOGS, preview=request.param)


@pytest.fixture(scope="module")
def dev() -> Graph:
    return built(LogBucket, "logs", DEV)


@pytest.mark.parametrize("bucket", ["logs", "logs-access"])
@pytest.mark.parametrize(("type_", "part", "path", "expected", "control"), BOTH)
def test_both_buckets_meet_the_control(  # one row per control
    graph: Graph, bucket: str, type_: str, part: str, path: str, expected: Any, control: str
) -> None:
    assert at(graph.only(type_, f"{bucket}-{part}"), path) == expected, control


@pytest.mark.parametrize(("type_", "path", "expected", "control"), MAIN)
def test_the_log_bucket_meets_the_control_in_every_stack(
    graph: Graph, dev: Graph, type_: str, path: str, expected: Any, control: str
) -> None:
    name = "logs-encryption" if type_ == ENCRYPTION else "logs-notification"
    assert at(graph.only(type_, name), path) == at(dev.only(type_, name), path) == expected, control


def test_the_access_log_bucket_uses_the_encryption_that_s3_documents_for_targets(graph: Graph) -> None:
    default = at(graph.only(ENCRYPTION, "logs-access-encryption"), DEFAULT)
    assert default == {"sseAlgorithm": "AES256"}


@pytest.mark.parametrize("bucket", ["logs", "logs-access"])
def test_both_buckets_refuse_plain_http(bucket: str) -> None:
    graph = built(LogBucket, "logs", LOGS)
    policy = json.loads(graph.only(POLICY, f"{bucket}-policy").inputs["policy"])
    (deny,) = [s for s in policy["Statement"] if s["Effect"] == "Deny"]
    arn = graph.only(BUCKET, f"{bucket}-bucket").outputs["arn"]
    assert deny["Resource"] == [arn, f"{arn}/*"]
    assert deny["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_nobody_is_let_in_by_the_log_buckets_own_policy() -> None:
    policy = json.loads(built(LogBucket, "logs", LOGS).only(POLICY, "logs-policy").inputs["policy"])
    assert [s["Effect"] for s in policy["Statement"]] == ["Deny"]


def test_access_is_logged_to_a_second_bucket_whose_policy_is_there_first() -> None:
    graph = built(LogBucket, "logs", LOGS)
    logging, policy = graph.only(LOGGING), graph.only(POLICY, "logs-access-policy")
    assert logging.inputs["targetBucket"] == graph.only(BUCKET, "logs-access-bucket").outputs["bucket"]
    assert policy.urn in logging.dependencies
    delivery = json.loads(policy.inputs["policy"])["Statement"][1]
    assert delivery["Condition"]["StringEquals"] == {"aws:SourceAccount": ACCOUNT}
    source = graph.only(BUCKET, "logs-bucket").outputs["arn"]
    assert delivery["Condition"]["ArnLike"] == {"aws:SourceArn": source}


def test_a_cheap_stack_may_waive_access_logs(dev: Graph) -> None:
    assert [r.name for r in dev.of_type(BUCKET)] == ["logs-bucket"]
    assert dev.of_type(LOGGING) == []


def test_both_buckets_and_nothing_else_are_protected(graph: Graph) -> None:
    assert sorted(r.name for r in graph.resources if r.protect) == ["logs-access-bucket", "logs-bucket"]
    assert [b.name for b in graph.of_type(BUCKET) if b.inputs["forceDestroy"]] == []


def test_an_unprotected_bucket_goes_with_its_content(dev: Graph) -> None:
    bucket = dev.only(BUCKET)
    assert (bucket.protect, bucket.inputs["forceDestroy"]) == (False, True)


def test_buckets_use_no_setting_that_the_provider_has_deprecated(graph: Graph) -> None:
    assert {key for bucket in graph.of_type(BUCKET) for key in bucket.inputs} == {"forceDestroy"}


def test_outputs_are_the_buckets_name_and_arn() -> None:
    graph = built(LogBucket, "logs", LOGS)
    bucket = graph.only(BUCKET, "logs-bucket").outputs
    assert graph.named("logs").outputs == {"bucket_name": bucket["bucket"], "arn": bucket["arn"]}


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("prefix", "/logs", "prefix: a folder without slashes at its ends"),
        ("prefix", "", "prefix: a folder without slashes at its ends"),
        ("retention_days", 0, "retention_days: at least 1"),
        ("noncurrent_retention_days", 0, "noncurrent_retention_days: at least 1"),
    ],
)
def test_impossible_arguments_are_refused_by_name(field: str, value: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message) as raised:
        replace(LOGS, **{field: value})
    assert f"got {value!r}" in str(raised.value)
