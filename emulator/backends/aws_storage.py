"""S3 buckets and their parts, SSM parameters and KMS keys, by the API that AWS itself has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

Inputs = dict[str, Any]


def absent(error: ClientError) -> bool:
    """True if the service says that the thing is not there."""
    code = str(error.response.get("Error", {}).get("Code", ""))
    return code in {
        "404",
        "NoSuchBucket",
        "NoSuchEntity",
        "NotFoundException",
        "ParameterNotFound",
        "NotFound",
    }


def _bucket(aws: Any, inputs: Inputs, outputs: Inputs) -> None:
    name, region = outputs["bucket"], aws.s3.meta.region_name
    try:
        aws.s3.head_bucket(Bucket=name)
    except ClientError as error:
        if not absent(error):
            raise
        # us-east-1 is the one region that must not be named here.
        place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        aws.s3.create_bucket(Bucket=name, **place)


def _remove_bucket(aws: Any, inputs: Inputs, outputs: Inputs) -> None:
    name = outputs["bucket"]
    try:
        for page in aws.s3.get_paginator("list_object_versions").paginate(Bucket=name):
            for item in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]:
                aws.s3.delete_object(Bucket=name, Key=item["Key"], VersionId=item["VersionId"])
        for page in aws.s3.get_paginator("list_objects_v2").paginate(Bucket=name):
            for item in page.get("Contents", []):
                aws.s3.delete_object(Bucket=name, Key=item["Key"])
        aws.s3.delete_bucket(Bucket=name)
    except ClientError as error:
        if not absent(error):
            raise


def _versioning(aws: Any, inputs: Inputs, outputs: Inputs) -> None:
    wanted = {"Status": inputs["versioningConfiguration"]["status"]}
    aws.s3.put_bucket_versioning(Bucket=inputs["bucket"], VersioningConfiguration=wanted)


def _encryption(aws: Any, inputs: Inputs, outputs: Inputs) -> None:
    rules = []
    for rule in inputs["rules"]:
        given = rule["applyServerSideEncryptionByDefault"]
        default = {"SSEAlgorithm": given["sseAlgorithm"]}
        if given.get("kmsMasterKeyId"):
            default["KMSMasterKeyID"] = given["kmsMasterKeyId"]
        enabled = bool(rule.get("bucketKeyEnabled"))
        rules.append({"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": enabled})
    aws.s3.put_bucket_encryption(Bucket=inputs["bucket"], ServerSideEncryptionConfiguration={"Rules": rules})


def _public_access(aws: Any, inputs: Inputs, outputs: Inputs) -> None:
    names = ("blockPublicAcls", "ignorePublicAcls", "blockPublicPolicy", "restrictPublicBuckets")
    wanted = {name[0].upper() + name[1:]: bool(inputs.get(name)) for name in names}
    aws.s3.put_public_access_block(Bucket=inputs["bucket"], PublicAccessBlockConfiguration=wanted)


def _ownership(aws: Any, inputs: Inputs, outputs: Inputs) -> None:
    rules = [{"ObjectOwnership": inputs["rule"]["objectOwnership"]}]
    aws.s3.put_bucket_ownership_controls(Bucket=inputs["bucket"], OwnershipControls={"Rules": rules})


def _policy(aws: Any, inputs: Inputs, outputs: Inputs) -> None:
    aws.s3.put_bucket_policy(Bucket=inputs["bucket"], Policy=inputs["policy"])


def _lifecycle(aws: Any, inputs: Inputs, outputs: Inputs) -> None:
    rules = []
    for rule in inputs["rules"]:
        wanted: Inputs = {"ID": rule["id"], "Status": rule["status"]}
        wanted["Filter"] = {"Prefix": (rule.get("filter") or {}).get("prefix", "")}
        if days := (rule.get("expiration") or {}).get("days"):
            wanted["Expiration"] = {"Days": days}
        if days := (rule.get("noncurrentVersionExpiration") or {}).get("noncurrentDays"):
            wanted["NoncurrentVersionExpiration"] = {"NoncurrentDays": days}
        if days := (rule.get("abortIncompleteMultipartUpload") or {}).get("daysAfterInitiation"):
            wanted["AbortIncompleteMultipartUpload"] = {"DaysAfterInitiation": days}
        rules.append(wanted)
    configuration = {"Rules": rules}
    aws.s3.put_bucket_lifecycle_configuration(Bucket=inputs["bucket"], LifecycleConfiguration=configuration)


def _parameter(aws: Any, inputs: Inputs, outputs: Inputs) -> None:
    name, value = inputs["name"], str(inputs["value"])
    try:
        current = aws.ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]
        if current["Value"] == value and current["Type"] == inputs["type"]:
            return
    except ClientError as error:
        if not absent(error):
            raise
    key = {"KeyId": inputs["keyId"]} if inputs.get("keyId") else {}
    described = {"Description": inputs.get("description", ""), "Type": inputs["type"]}
    aws.ssm.put_parameter(Name=name, Value=value, Overwrite=True, **described, **key)


def _remove_parameter(aws: Any, inputs: Inputs, outputs: Inputs) -> None:
    try:
        aws.ssm.delete_parameter(Name=outputs["name"])
    except ClientError as error:
        if not absent(error):
            raise


def _key(aws: Any, inputs: Inputs, outputs: Inputs) -> None:
    try:
        aws.kms.describe_key(KeyId=outputs["keyId"])
    except ClientError as error:
        if not absent(error):
            raise

        def name_it(params: Inputs, **_: Any) -> None:
            params["headers"]["X-Emulator-Key-Id"] = outputs["keyId"]

        aws.kms.meta.events.register("before-call.kms.CreateKey", name_it, unique_id="key-id")
        # The policy is not enforced, and moto's check of it asks for more than AWS does.
        aws.kms.create_key(Description=inputs.get("description", ""))
    if inputs.get("enableKeyRotation"):
        aws.kms.enable_key_rotation(KeyId=outputs["keyId"])


def _alias(aws: Any, inputs: Inputs, outputs: Inputs) -> None:
    known = {alias["AliasName"]: alias.get("TargetKeyId") for alias in aws.kms.list_aliases()["Aliases"]}
    name, target = outputs["name"], inputs["targetKeyId"]
    if name not in known:
        aws.kms.create_alias(AliasName=name, TargetKeyId=target)
    elif known[name] != target:
        aws.kms.update_alias(AliasName=name, TargetKeyId=target)


def _remove_alias(aws: Any, inputs: Inputs, outputs: Inputs) -> None:
    try:
        aws.kms.delete_alias(AliasName=outputs["name"])
    except ClientError as error:
        if not absent(error):
            raise


def _s3(part: str) -> str:
    return f"aws:s3/{part[0].lower()}{part[1:]}:{part}"


MAKERS: Mapping[str, Any] = {
    _s3("Bucket"): _bucket,
    _s3("BucketLifecycleConfiguration"): _lifecycle,
    _s3("BucketOwnershipControls"): _ownership,
    _s3("BucketPolicy"): _policy,
    _s3("BucketPublicAccessBlock"): _public_access,
    _s3("BucketServerSideEncryptionConfiguration"): _encryption,
    _s3("BucketVersioning"): _versioning,
    "aws:kms/alias:Alias": _alias,
    "aws:kms/key:Key": _key,
    "aws:ssm/parameter:Parameter": _parameter,
}
# A key is left: its objects could not be read any more; AWS waits for weeks before it deletes one.
REMOVERS: Mapping[str, Any] = {
    _s3("Bucket"): _remove_bucket,
    "aws:kms/alias:Alias": _remove_alias,
    "aws:ssm/parameter:Parameter": _remove_parameter,
}
