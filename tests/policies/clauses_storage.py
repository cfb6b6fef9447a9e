"""Edits that break the policies of buckets, key, parameters and generated values, one clause at a time."""

from tests.policies.breaking import DELETE, Edit, also, cut, document, gone, more, put, statement

BUCKET, PARTS = "aws:s3/bucket:Bucket", "aws:s3/bucket"
POLICY, BLOCK = f"{PARTS}Policy:BucketPolicy", f"{PARTS}PublicAccessBlock:BucketPublicAccessBlock"
LOGGING, OWNERSHIP = f"{PARTS}Logging:BucketLogging", f"{PARTS}OwnershipControls:BucketOwnershipControls"
LIFECYCLE = f"{PARTS}LifecycleConfiguration:BucketLifecycleConfiguration"
VERSIONING, NOTIFICATION = f"{PARTS}Versioning:BucketVersioning", f"{PARTS}Notification:BucketNotification"
ENCRYPTION = f"{PARTS}ServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
DEFAULT = "rules.0.applyServerSideEncryptionByDefault"
KEY, PARAMETER = "aws:kms/key:Key", "aws:ssm/parameter:Parameter"
PASSWORD, BYTES = "random:index/randomPassword:RandomPassword", "random:index/randomBytes:RandomBytes"
INLINE = (
    *("acl", "grants", "versioning", "logging", "loggings", "lifecycleRules", "corsRules"),
    *("serverSideEncryptionConfiguration", "replicationConfiguration"),
)
RULE = {
    "status": "Enabled",
    "filter": {},
    "expiration": {"days": 90},
    "noncurrentVersionExpiration": {"noncurrentDays": 30},
    "abortIncompleteMultipartUpload": {"daysAfterInitiation": 7},
}
READS = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::logs-bucket/*"}
OTHER, STRANGER = "999988887777", "arn:aws:iam::999988887777:root"
DELIVERS = {**READS, "Principal": {"Service": "logging.s3.amazonaws.com"}}
USES = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"}


def rule(**changes: object) -> Edit:
    """One rule, some of whose elements are others; DELETE takes one away."""
    changed = {k: v for k, v in {**RULE, **changes}.items() if v is not DELETE}
    return put(LIFECYCLE, "rules", [changed])


CLAUSES: dict[str, list[Edit]] = {
    "S3.2-3": [
        more(POLICY, {**READS, "Principal": "*"}),
        more(POLICY, {**READS, "Principal": {"AWS": "*"}}),
        more(POLICY, {**READS, "Principal": {"AWS": [STRANGER, "*"]}}),
        more(POLICY, {**READS, "NotPrincipal": {"AWS": STRANGER}}),
        more(POLICY, {**READS, "Effect": "allow", "Principal": "*"}),
        put(POLICY, "policy", {"statement": {"effect": "Allow", "principal": "*", "action": "s3:*"}}),
        put(POLICY, "policy", "not JSON"),
        cut(POLICY, "policy"),
    ],
    "S3.5": [
        put(POLICY, "policy", document({**READS, "Principal": "*"})),
        statement(POLICY, Effect="Allow"),
        statement(POLICY, Principal={"AWS": STRANGER}),
        statement(POLICY, Action="s3:GetObject"),
        statement(POLICY, NotAction="s3:GetObject", Action=DELETE),
        statement(POLICY, Resource="arn:aws:s3:::logs-bucket/*"),
        statement(POLICY, Resource=["arn:aws:s3:::another", "arn:aws:s3:::another/*"]),
        statement(POLICY, Condition={"Bool": {"aws:SecureTransport": "true"}}),
        statement(POLICY, Condition={"StringEquals": {"aws:SecureTransport": "false"}}),
        statement(POLICY, Condition={"Bool": {"aws:SecureTransport": "false", "aws:ViaAWSService": "true"}}),
        statement(
            POLICY,
            Condition={"Bool": {"aws:SecureTransport": "false"}, "IpAddress": {"aws:SourceIp": "10.0.0.0/8"}},
        ),
        statement(POLICY, Condition=DELETE),
        gone(POLICY),
        gone(POLICY, "logs-policy"),
        also(POLICY, like="logs-policy", policy=document(READS)),
    ],
    "S3.6": [
        more(POLICY, {**READS, "Principal": {"AWS": STRANGER}}),
        more(POLICY, {**READS, "Principal": {"AWS": OTHER}}),
        more(POLICY, {**READS, "Principal": {"CanonicalUser": "79a5"}}),
        more(POLICY, {**READS, "Principal": {"Federated": "accounts.google.com"}}),
        more(POLICY, DELIVERS),
        more(POLICY, {**DELIVERS, "Condition": {"StringLike": {"aws:SourceAccount": "*"}}}),
        more(POLICY, {**DELIVERS, "Condition": {"StringEquals": {"aws:SourceAccount": OTHER}}}),
        more(POLICY, {**DELIVERS, "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::another"}}}),
        more(POLICY, READS),
        cut(POLICY, "policy"),
    ],
    "S3.8": [
        *(
            edit(BLOCK, name, *value)
            for name in ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
            for edit, value in ((put, (False,)), (cut, ()))
        ),
        put(BLOCK, "blockPublicAcls", "true"),
        gone(BLOCK),
        gone(BLOCK, "logs-public-access"),
        also(BLOCK, like="logs-public-access", restrictPublicBuckets=False),
        put(BLOCK, "bucket", "another-bucket"),
    ],
    "S3.9": [
        gone(LOGGING),
        put(LOGGING, "bucket", "another-bucket"),
        put(LOGGING, "targetBucket", "another-bucket"),
        put(LOGGING, "targetBucket", "logs-bucket-954b886"),
        cut(LOGGING, "targetBucket"),
    ],
    "S3.11": [put(NOTIFICATION, "eventbridge", False), cut(NOTIFICATION, "eventbridge"), gone(NOTIFICATION)],
    "S3.12": [
        put(OWNERSHIP, "rule.objectOwnership", "ObjectWriter"),
        cut(OWNERSHIP, "rule"),
        gone(OWNERSHIP, "logs-ownership"),
    ],
    "S3.13": [
        rule(status="Disabled"),
        rule(filter={"prefix": "logs/"}),
        rule(prefix="logs/"),
        rule(expiration=DELETE),
        rule(expiration={"days": "90"}),
        rule(noncurrentVersionExpiration=DELETE),
        rule(abortIncompleteMultipartUpload=DELETE),
        rule(expiration={"days": 6}),
        put(
            LIFECYCLE,
            "rules",
            [RULE, {"status": "Enabled", "expiration": {"days": 1}, "filter": {"prefix": "x"}}],
        ),
        cut(LIFECYCLE, "rules"),
        gone(LIFECYCLE),
    ],
    "S3.14": [
        put(VERSIONING, "versioningConfiguration.status", "Suspended"),
        cut(VERSIONING, "versioningConfiguration"),
        gone(VERSIONING),
    ],
    "S3.17": [
        put(ENCRYPTION, f"{DEFAULT}.sseAlgorithm", "AES256", name="logs-encryption"),
        put(ENCRYPTION, f"{DEFAULT}.sseAlgorithm", "aws:kms", name="logs-access-encryption"),
        put(ENCRYPTION, "rules.0.bucketKeyEnabled", False),
        cut(ENCRYPTION, f"{DEFAULT}.kmsMasterKeyId"),
        cut(ENCRYPTION, "rules"),
        gone(ENCRYPTION),
    ],
    "AIRFLOW.90": [
        *(put(BUCKET, name, [{}]) for name in INLINE),
        put(BUCKET, "policy", document({**READS, "Principal": "*"})),
        put(BUCKET, "website", {"indexDocument": "index.html"}),
    ],
    "AIRFLOW.91": [put(BUCKET, "forceDestroy", True), put(BUCKET, "forceDestroy", "true")],
    "KMS.3": [
        put(KEY, "deletionWindowInDays", 6),
        cut(KEY, "deletionWindowInDays"),
        put(KEY, "isEnabled", False),
        put(KEY, "bypassPolicyLockoutSafetyCheck", True),
    ],
    "KMS.4": [
        put(KEY, "enableKeyRotation", False),
        cut(KEY, "enableKeyRotation"),
        put(KEY, "rotationPeriodInDays", 366),
        put(KEY, "rotationPeriodInDays", 0),
        cut(KEY, "rotationPeriodInDays"),
    ],
    "KMS.5": [
        more(KEY, {**USES, "Principal": "*"}),
        more(
            KEY, {**USES, "Principal": {"AWS": "*"}, "Condition": {"Bool": {"aws:SecureTransport": "true"}}}
        ),
        statement(KEY, Principal={"AWS": STRANGER}),
        statement(KEY, 1, Condition=DELETE),
        statement(
            KEY, 1, Condition={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:*:*:*"}}
        ),
        statement(KEY, 2, Condition={"StringEquals": {"aws:SourceAccount": ["111122223333", OTHER]}}),
        put(KEY, "policy", "{"),
        cut(KEY, "policy"),
    ],
    "AIRFLOW.37": [
        statement(KEY, Principal={"AWS": "arn:aws:iam::111122223333:user/somebody"}),
        statement(KEY, Action="kms:Decrypt"),
        statement(KEY, Resource="arn:aws:kms:us-east-1:111122223333:key/1"),
        statement(KEY, Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}),
        more(KEY, {**USES, "Principal": {"AWS": "arn:aws:iam::111122223333:role/another"}}),
        more(KEY, {**USES, "Effect": "Deny", "Principal": "*"}),
        *(
            statement(KEY, 2, Action=["kms:Decrypt", a])
            for a in ("kms:CreateGrant", "kms:ScheduleKeyDeletion")
        ),
        statement(KEY, 2, Action="kms:*"),
        statement(KEY, 2, Action=DELETE, NotAction="kms:CreateGrant"),
        cut(KEY, "policy"),
    ],
    "AIRFLOW.30": [
        put(PARAMETER, "type", "String"),
        put(PARAMETER, "insecureValue", "open"),
        cut(PARAMETER, "type"),
        cut(PARAMETER, "keyId"),
    ],
    "AIRFLOW.31": [put(PARAMETER, "value", "open to everybody"), cut(PARAMETER, "value")],
    "AIRFLOW.32": [
        put(PASSWORD, "length", 15),
        put(BYTES, "length", 31),
        put(PASSWORD, "length", "24"),
        cut(PASSWORD, "length"),
    ],
    "AIRFLOW.34": [put(PARAMETER, "tier", "Advanced"), put(PARAMETER, "tier", "Intelligent-Tiering")],
}
