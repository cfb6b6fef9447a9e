"""The states of an account's stacks, as Pulumi keeps them in a bucket: what is deployed, under which marks.

Read as objects of S3 instead of through the CLI, which decrypts every secret of a state to show one name.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import boto3

from operations.aws_errors import explained
from operations.errors import OperationError
from operations.state_names import LIFETIME_TAG, StateNames

PROJECT = "airflow"
STACKS, LOCKS = f".pulumi/stacks/{PROJECT}/", f".pulumi/locks/organization/{PROJECT}/"
"""Where the CLI puts them (pulumi's pkg/backend/diy/store.go and lock.go)."""


@dataclass(frozen=True, kw_only=True)
class StackState:
    """What one state says."""

    name: str
    resources: Sequence[Mapping[str, Any]]
    locked_since: datetime | None
    """When the update began that runs, or was killed; None if there is none."""

    @property
    def protected(self) -> list[str]:
        """Names of the resources that refuse deletion."""
        return [str(each["urn"]).rpartition("::")[2] for each in self.resources if each.get("protect")]

    @property
    def time_to_live_hours(self) -> int | None:
        """None for a stack that is meant to stay. Raises OperationError for a foreign tag of that name."""
        for provider in self.of_type("pulumi:providers:aws"):
            # A provider's state keeps every setting that is not text as JSON.
            given = (provider.get("inputs") or {}).get("defaultTags") or {}
            tags = (json.loads(given) if isinstance(given, str) else given).get("tags") or {}
            if LIFETIME_TAG in tags and not str(tags[LIFETIME_TAG]).isdecimal():
                raise OperationError(f"its tag {LIFETIME_TAG} is no number of hours")
            if LIFETIME_TAG in tags:
                return int(tags[LIFETIME_TAG])
        return None

    @property
    def created(self) -> datetime | None:
        """When the first `up` began: what later ones leave as it is. None if nothing is deployed."""
        for root in self.of_type("pulumi:pulumi:Stack"):
            if "created" in root:
                return datetime.fromisoformat(root["created"]).astimezone(UTC)
        return None

    @property
    def image(self) -> str | None:
        """Airflow's image as the release has it; None without a release."""
        for release in self.of_type("kubernetes:helm.sh/v3:Release"):
            values = (release.get("inputs") or {}).get("values") or {}
            return f"{values['defaultAirflowRepository']}:{values['defaultAirflowTag']}"
        return None

    def of_type(self, type_: str) -> list[Mapping[str, Any]]:
        """The resources of one type."""
        return [each for each in self.resources if each["type"] == type_]


def parse_state(stack: str, text: bytes, locked_since: datetime | None = None) -> StackState:
    """What the CLI wrote. Raises OperationError if it did not."""
    try:
        deployed = json.loads(text)["checkpoint"].get("latest") or {}
    except (ValueError, KeyError):
        raise OperationError(f"{STACKS}{stack}.json: not a state of Pulumi's") from None
    return StackState(name=stack, resources=deployed.get("resources") or [], locked_since=locked_since)


class StateBucket:
    """The bucket of an account and region. What AWS refuses is an OperationError."""

    def __init__(self, names: StateNames) -> None:
        self._bucket = names.bucket
        self._s3 = boto3.client("s3", region_name=names.region)

    def stacks(self) -> list[str]:
        """Names of all stacks of this project."""
        found = (each["Key"].removeprefix(STACKS) for each in self._objects(STACKS))
        # Beside a state lie its backup (.json.bak) and its tags.
        return sorted(key.removesuffix(".json") for key in found if key.endswith(".json") and "/" not in key)

    def read(self, stack: str) -> StackState:
        """The stack's state as it is now."""
        with explained():
            body = self._s3.get_object(Bucket=self._bucket, Key=f"{STACKS}{stack}.json")["Body"].read()
        return parse_state(stack, body, self.locked_since(stack))

    def locked_since(self, stack: str) -> datetime | None:
        """When the update began that runs, or was killed; None if there is none."""
        locks = [lock["LastModified"] for lock in self._objects(f"{LOCKS}{stack}/")]
        return min(locks, default=None)

    def _objects(self, prefix: str) -> list[dict[str, Any]]:
        with explained():
            pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix)
            return [each for page in pages for each in page.get("Contents", [])]
