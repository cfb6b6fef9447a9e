"""The states of an account's stacks, as Pulumi keeps them in a bucket: what is deployed, under which marks.

Read as objects of S3 instead of through the CLI, which decrypts every secret of a state to show one name.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import boto3

from operations.aws_errors import explained
from operations.errors import OperationError
from operations.state_names import LIFETIME_TAG, StateNames

PROJECT = "airflow"
STACKS, LOCKS = f".pulumi/stacks/{PROJECT}/", f".pulumi/locks/organization/{PROJECT}/"
HISTORY = f".pulumi/history/{PROJECT}/"
"""Where the CLI puts them (pulumi's pkg/backend/diy/store.go and lock.go)."""
Resources = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class StackState:
    """What one state says."""

    name: str
    deployed: bool
    """Whether it has any resource."""
    protected: Sequence[str]
    """Names of the resources that refuse deletion."""
    time_to_live_hours: int | None
    """None for a stack that is meant to stay."""
    created: datetime | None
    """When the first `up` began: what later ones leave as it is. None if nothing is deployed."""
    image: str | None
    """Airflow's image as the release has it; None without a release."""
    locked_since: datetime | None = None
    """When the update began that runs, or was killed; None if there is none."""
    last_update: datetime | None = None
    """For a stack without resources: when its last update ended; None if it never had one."""


def parse_state(stack: str, text: bytes, locked_since: datetime | None = None) -> StackState:
    """What the CLI wrote. Raises OperationError if it did not, or for a foreign tag of a lifetime's name."""
    try:
        resources: Resources = (json.loads(text)["checkpoint"].get("latest") or {}).get("resources") or []
        return StackState(
            name=stack,
            deployed=bool(resources),
            protected=[each["urn"].rpartition("::")[2] for each in resources if each.get("protect")],
            time_to_live_hours=_time_to_live_hours(resources),
            created=_created(resources),
            image=_image(resources),
            locked_since=locked_since,
        )
    except (ValueError, LookupError, TypeError, AttributeError):
        raise OperationError(f"{STACKS}{stack}.json: not a state of Pulumi's") from None


def _time_to_live_hours(resources: Resources) -> int | None:
    for provider in _of_type(resources, "pulumi:providers:aws"):
        # A provider's state keeps every setting that is not text as JSON.
        given = (provider.get("inputs") or {}).get("defaultTags") or {}
        tags = (json.loads(given) if isinstance(given, str) else given).get("tags") or {}
        if LIFETIME_TAG in tags:
            if not re.fullmatch("[0-9]{1,5}", str(tags[LIFETIME_TAG])):
                raise OperationError(f"its tag {LIFETIME_TAG} is no number of hours")
            return int(tags[LIFETIME_TAG])
    return None


def _created(resources: Resources) -> datetime | None:
    for root in _of_type(resources, "pulumi:pulumi:Stack"):
        if "created" in root:
            return datetime.fromisoformat(root["created"]).astimezone(UTC)
    return None


def _image(resources: Resources) -> str | None:
    for release in _of_type(resources, "kubernetes:helm.sh/v3:Release"):
        values = (release.get("inputs") or {}).get("values") or {}
        return f"{values['defaultAirflowRepository']}:{values['defaultAirflowTag']}"
    return None


def _of_type(resources: Resources, type_: str) -> list[Mapping[str, Any]]:
    return [each for each in resources if each["type"] == type_]


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
        state = parse_state(stack, body, self.locked_since(stack))
        updates = [] if state.deployed else self._objects(f"{HISTORY}{stack}/")
        return replace(state, last_update=max((each["LastModified"] for each in updates), default=None))

    def locked_since(self, stack: str) -> datetime | None:
        """When the update began that runs, or was killed; None if there is none."""
        locks = [lock["LastModified"] for lock in self._objects(f"{LOCKS}{stack}/")]
        return min(locks, default=None)

    def _objects(self, prefix: str) -> list[dict[str, Any]]:
        with explained():
            pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix)
            return [each for page in pages for each in page.get("Contents", [])]
