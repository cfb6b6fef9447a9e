"""Buckets. What a bucket needs stands in resources of its own, found by the bucket's name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from offline.graph import Graph, Resource
from policies.documents import actions, conditions, principals, resources, statements
from policies.openings import to_everybody, to_strangers
from policies.relations import parts_of
from policies.rule import Severity, at, is_number, policy, unless, unless_given

BUCKET = "aws:s3/bucket:Bucket"
PUBLIC_ACCESS = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
OWNERSHIP = "aws:s3/bucketOwnershipControls:BucketOwnershipControls"
ENCRYPTION = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
VERSIONING = "aws:s3/bucketVersioning:BucketVersioning"
LOGGING = "aws:s3/bucketLogging:BucketLogging"
NOTIFICATION = "aws:s3/bucketNotification:BucketNotification"
POLICY = "aws:s3/bucketPolicy:BucketPolicy"
LEAST_DAYS = 7
INLINE = (
    *(
        "acl",
        "grants",
        "policy",
        "versioning",
        "logging",
        "loggings",
        "lifecycleRules",
        "corsRules",
        "website",
    ),
    *("serverSideEncryptionConfiguration", "replicationConfiguration"),
)
"""Deprecated inputs of the bucket itself, which would work beside the resources that are judged."""


def _parts(
    bucket: Resource, type_: str, graph: Graph, name: str, problem: Callable[[Resource], str | None]
) -> str | None:
    """The problem of the first part that has one: the cloud keeps whichever came last."""
    parts = parts_of(bucket, type_, "bucket", graph)
    return next((found for part in parts if (found := problem(part))), None) if parts else f"it has no {name}"


@policy("S3.8", Severity.HIGH, BUCKET, fix="Block all public access")
def no_public_access(bucket: Resource, graph: Graph) -> str | None:
    """Nothing can make the bucket public."""
    names = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")

    def problem(block: Resource) -> str | None:
        return next((found for name in names if (found := unless(block, name, True))), None)

    return _parts(bucket, PUBLIC_ACCESS, graph, "public access block", problem)


@policy("S3.2-3", Severity.CRITICAL, POLICY, fix="Name principals in the bucket's policy")
def not_public(bucket_policy: Resource, _: Graph) -> str | None:
    """Nobody reads or writes objects unnamed."""
    return to_everybody(bucket_policy) if statements(bucket_policy) else "policy is missing or not readable"


@policy("S3.6", Severity.HIGH, POLICY, fix="Take the other account out; give a service aws:SourceAccount")
def no_strangers(bucket_policy: Resource, graph: Graph) -> str | None:
    """No other account has rights on a bucket, nor a service on another account's behalf."""
    found = statements(bucket_policy)
    return to_strangers(bucket_policy, graph) if found else "policy is missing or not readable"


@policy("S3.5", Severity.MEDIUM, BUCKET, fix="Deny requests whose aws:SecureTransport is false")
def tls_only(bucket: Resource, graph: Graph) -> str | None:
    """A request without TLS is denied, whoever makes it, on the bucket and on its objects."""

    def problem(bucket_policy: Resource) -> str | None:
        if any(_denies_plain(statement, bucket) for statement in statements(bucket_policy)):
            return None
        return "its policy lets requests without TLS pass"

    return _parts(bucket, POLICY, graph, "policy", problem)


def _denies_plain(statement: dict[str, Any], bucket: Resource) -> bool:
    """With one more condition it would deny less."""
    named, arn = resources(statement), bucket.outputs.get("arn")
    both = any({one, f"{one}/*"} <= set(named) for one in ([arn] if arn else named))
    return (
        statement.get("Effect") == "Deny"
        and not {"NotAction", "NotResource"} & statement.keys()
        and principals(statement) in ({"*": ["*"]}, {"AWS": ["*"]})
        and actions(statement) in (["s3:*"], ["*"])
        and (both or named == ["*"])
        and list(statement.get("Condition") or ()) == ["Bool"]
        and conditions(statement, "Bool") == {"aws:SecureTransport": ["false"]}
    )


@policy("S3.11", Severity.MEDIUM, BUCKET, fix="Send the bucket's events to EventBridge")
def notifies(bucket: Resource, graph: Graph) -> str | None:
    """What happens to objects can be listened to."""
    return _parts(bucket, NOTIFICATION, graph, "notification", lambda part: unless(part, "eventbridge", True))


@policy("S3.12", Severity.MEDIUM, BUCKET, fix="Set object ownership to BucketOwnerEnforced")
def no_acls(bucket: Resource, graph: Graph) -> str | None:
    """Access lists are off: who writes owns nothing."""

    def problem(controls: Resource) -> str | None:
        return unless(controls, "rule.objectOwnership", "BucketOwnerEnforced")

    return _parts(bucket, OWNERSHIP, graph, "ownership controls", problem)


@policy("S3.13", Severity.LOW, BUCKET, fix="Expire objects, old versions and broken uploads")
def lifecycle(bucket: Resource, graph: Graph) -> str | None:
    """Nothing is kept for ever, and no log is gone before somebody had a week to read it."""
    wanted = (
        "expiration.days",
        "noncurrentVersionExpiration.noncurrentDays",
        "abortIncompleteMultipartUpload.daysAfterInitiation",
    )

    def problem(configuration: Resource) -> str | None:
        rules = at(configuration.inputs, "rules") or []
        live = [
            r for r in rules if at(r, "status") == "Enabled" and not at(r, "filter") and not at(r, "prefix")
        ]
        missing = [path for path in wanted if not any(is_number(at(rule, path)) for rule in live)]
        if missing:
            return f"its lifecycle has no {', '.join(missing)} for all objects"
        enabled = [at(rule, wanted[0]) for rule in rules if at(rule, "status") == "Enabled"]
        least = min(days for days in enabled if is_number(days))
        return (
            f"it deletes objects after {least} days, wanted at least {LEAST_DAYS}"
            if least < LEAST_DAYS
            else None
        )

    return _parts(bucket, LIFECYCLE, graph, "lifecycle", problem)


@policy("S3.14", Severity.LOW, BUCKET, fix="Enable versioning")
def versioned(bucket: Resource, graph: Graph) -> str | None:
    """An overwritten or deleted object can be had back."""

    def problem(versioning: Resource) -> str | None:
        return unless(versioning, "versioningConfiguration.status", "Enabled")

    return _parts(bucket, VERSIONING, graph, "versioning", problem)


@policy("S3.17", Severity.MEDIUM, BUCKET, fix="Encrypt with our key and a bucket key")
def encrypted(bucket: Resource, graph: Graph) -> str | None:
    """Objects are encrypted with our key, those of an access log with the only one that AWS supports."""
    default = "rules.0.applyServerSideEncryptionByDefault"

    def problem(configuration: Resource) -> str | None:
        if _is_log_target(bucket, graph):
            return unless(configuration, f"{default}.sseAlgorithm", "AES256")
        return (
            unless(configuration, f"{default}.sseAlgorithm", "aws:kms")
            or unless_given(configuration, f"{default}.kmsMasterKeyId")
            or unless(configuration, "rules.0.bucketKeyEnabled", True)
        )

    return _parts(bucket, ENCRYPTION, graph, "encryption configuration", problem)


@policy("S3.9", Severity.MEDIUM, BUCKET, fix="Set logs.access_logs, or waive it")
def access_logs(bucket: Resource, graph: Graph) -> str | None:
    """Every access is recorded in another bucket of this stack."""
    if _is_log_target(bucket, graph):
        return None
    targets = [b for b in graph.of_type(BUCKET) if b.urn != bucket.urn]
    logging = parts_of(bucket, LOGGING, "bucket", graph)
    kept = [p for p in logging if any(p in parts_of(b, LOGGING, "targetBucket", graph) for b in targets)]
    return None if kept else "its accesses are not logged in a bucket of this stack"


@policy("AIRFLOW.90", Severity.MEDIUM, BUCKET, fix="Write it as a resource of its own")
def nothing_inline(bucket: Resource, _: Graph) -> str | None:
    """What a bucket is set to stands in resources that the policies read."""
    given = [name for name in INLINE if at(bucket.inputs, name)]
    return f"it has inline {', '.join(given)}" if given else None


@policy("AIRFLOW.91", Severity.HIGH, BUCKET, fix="Leave force_destroy off", only_protected=True)
def keeps_objects(bucket: Resource, _: Graph) -> str | None:
    """A protected stack's bucket is not deleted together with what is in it."""
    return (
        f"forceDestroy is {at(bucket.inputs, 'forceDestroy')}" if at(bucket.inputs, "forceDestroy") else None
    )


def _is_log_target(bucket: Resource, graph: Graph) -> bool:
    """Whether another bucket's accesses are logged here: one that logs into itself is none."""
    own = parts_of(bucket, LOGGING, "bucket", graph)
    return any(part not in own for part in parts_of(bucket, LOGGING, "targetBucket", graph))
