"""Buckets. What a bucket needs stands in resources of its own, found by the bucket's name."""

from __future__ import annotations

from offline.graph import Graph, Resource
from policies.documents import conditions, listed, statements
from policies.rule import Severity, at, policy, unless

BUCKET = "aws:s3/bucket:Bucket"
PUBLIC_ACCESS = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
OWNERSHIP = "aws:s3/bucketOwnershipControls:BucketOwnershipControls"
ENCRYPTION = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
VERSIONING = "aws:s3/bucketVersioning:BucketVersioning"
LOGGING = "aws:s3/bucketLogging:BucketLogging"
POLICY = "aws:s3/bucketPolicy:BucketPolicy"


@policy("S3.8", Severity.HIGH, BUCKET, fix="Block all public access")
def no_public_access(bucket: Resource, graph: Graph) -> str | None:
    """Nothing can make the bucket public."""
    block = _of(bucket, PUBLIC_ACCESS, graph)
    if block is None:
        return "it has no public access block"
    names = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
    return next((problem for name in names if (problem := unless(block, name, True))), None)


@policy("S3.5", Severity.MEDIUM, BUCKET, fix="Deny requests whose aws:SecureTransport is false")
def tls_only(bucket: Resource, graph: Graph) -> str | None:
    """A request without TLS is denied, on the bucket and on its objects."""
    for statement in statements(_of(bucket, POLICY, graph)):
        insecure = conditions(statement, "Bool").get("aws:SecureTransport") == ["false"]
        both = len(listed(statement.get("Resource"))) > 1
        if statement.get("Effect") == "Deny" and insecure and both:
            return None
    return "its policy lets requests without TLS pass"


@policy("S3.12", Severity.MEDIUM, BUCKET, fix="Set object ownership to BucketOwnerEnforced")
def no_acls(bucket: Resource, graph: Graph) -> str | None:
    """Access lists are off: who writes owns nothing."""
    controls = _of(bucket, OWNERSHIP, graph)
    if controls is None:
        return "it has no ownership controls"
    return unless(controls, "rule.objectOwnership", "BucketOwnerEnforced")


@policy("S3.13", Severity.LOW, BUCKET, fix="Expire objects, old versions and broken uploads")
def lifecycle(bucket: Resource, graph: Graph) -> str | None:
    """Nothing is kept for ever."""
    rules = at(getattr(_of(bucket, LIFECYCLE, graph), "inputs", {}), "rules") or []
    wanted = ("expiration", "noncurrentVersionExpiration", "abortIncompleteMultipartUpload")
    live = [rule for rule in rules if rule.get("status") == "Enabled" and rule.get("filter") in ({}, None)]
    missing = [name for name in wanted if not any(rule.get(name) for rule in live)]
    return f"its lifecycle has no {', '.join(missing)}" if missing else None


@policy("S3.14", Severity.LOW, BUCKET, fix="Enable versioning")
def versioned(bucket: Resource, graph: Graph) -> str | None:
    """An overwritten or deleted object can be had back."""
    versioning = _of(bucket, VERSIONING, graph)
    if versioning is None:
        return "it has no versioning"
    return unless(versioning, "versioningConfiguration.status", "Enabled")


@policy("S3.17", Severity.MEDIUM, BUCKET, fix="Encrypt with our key and a bucket key")
def encrypted(bucket: Resource, graph: Graph) -> str | None:
    """Objects are encrypted with our key, those of an access log with the only one that AWS supports."""
    configuration = _of(bucket, ENCRYPTION, graph)
    if configuration is None:
        return "it has no encryption configuration"
    if _is_log_target(bucket, graph):
        return unless(configuration, "rules.0.applyServerSideEncryptionByDefault.sseAlgorithm", "AES256")
    return unless(
        configuration, "rules.0.applyServerSideEncryptionByDefault.sseAlgorithm", "aws:kms"
    ) or unless(configuration, "rules.0.bucketKeyEnabled", True)


@policy("S3.9", Severity.MEDIUM, BUCKET, fix="Set logs.access_logs, or waive it")
def access_logs(bucket: Resource, graph: Graph) -> str | None:
    """Every access is recorded in another bucket."""
    if _is_log_target(bucket, graph) or _of(bucket, LOGGING, graph):
        return None
    return "its accesses are not logged"


def _identity(bucket: Resource) -> set[str]:
    return {str(v) for v in (bucket.outputs.get("bucket"), bucket.outputs.get("id")) if v}


def _of(bucket: Resource, type_: str, graph: Graph) -> Resource | None:
    """The part of this type that belongs to the bucket: by its dependency, else by the bucket's name."""
    for part in graph.of_type(type_):
        if bucket.urn in part.property_dependencies.get("bucket", ()):
            return part
        if str(at(part.inputs, "bucket")) in _identity(bucket):
            return part
    return None


def _is_log_target(bucket: Resource, graph: Graph) -> bool:
    return any(
        bucket.urn in logging.property_dependencies.get("targetBucket", ())
        or str(at(logging.inputs, "targetBucket")) in _identity(bucket)
        for logging in graph.of_type(LOGGING)
    )
