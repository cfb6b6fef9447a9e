"""The folder of an S3 bucket that holds DAG files: no method reaches an object outside its prefix."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from operations.errors import OperationError

KEYS_PER_DELETE = 1_000
"""S3's limit of one DeleteObjects request."""


@dataclass(frozen=True)
class DagBucket:
    """Names of objects are relative to the prefix, which ends with a slash."""

    s3: Any
    bucket: str
    prefix: str
    key_arn: str | None = None
    """KMS key of what is uploaded; None for the bucket's own default."""

    def url(self, name: str) -> str:
        return f"s3://{self.bucket}/{self.prefix}{name}"

    def listed(self) -> set[str]:
        """Objects under the prefix, without those that mark a folder."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=self.prefix)
        objects = [found for page in pages for found in page.get("Contents", [])]
        return {found["Key"].removeprefix(self.prefix) for found in objects if not found["Key"].endswith("/")}

    def holds(self, name: str, file: Path) -> bool:
        """Whether an object is this file, by S3's own SHA-256; one without counts as changed."""
        head = self.s3.head_object(Bucket=self.bucket, Key=self.prefix + name, ChecksumMode="ENABLED")
        return head.get("ChecksumSHA256") == sha256(file.read_bytes())

    def upload(self, name: str, file: Path) -> None:
        content = file.read_bytes()
        key = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": self.key_arn} if self.key_arn else {}
        self.s3.put_object(
            Bucket=self.bucket, Key=self.prefix + name, Body=content, ChecksumAlgorithm="SHA256", **key
        )

    def delete(self, names: Sequence[str]) -> None:
        """Raises OperationError with the objects that S3 kept."""
        kept: list[str] = []
        for start in range(0, len(names), KEYS_PER_DELETE):
            keys = [{"Key": self.prefix + name} for name in names[start : start + KEYS_PER_DELETE]]
            answer = self.s3.delete_objects(Bucket=self.bucket, Delete={"Objects": keys, "Quiet": True})
            kept += [f"{error['Key']} ({error['Code']})" for error in answer.get("Errors", [])]
        if kept:
            raise OperationError(
                f"s3://{self.bucket}: S3 did not delete {', '.join(kept)}; grant s3:DeleteObject"
            )


def sha256(content: bytes) -> str:
    """As S3 writes it."""
    return base64.b64encode(hashlib.sha256(content).digest()).decode()
