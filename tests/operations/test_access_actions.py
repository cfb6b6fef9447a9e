"""The deployer's actions against what AWS's documentation asks for."""

from typing import Any

from tests.operations.test_access import place, statements

TAGGING = {
    "cloudwatch": "TagResource",
    "ec2": "CreateTags",
    "elasticache": "AddTagsToResource",
    "iam": "TagRole",
    "kms": "TagResource",
    "logs": "TagResource",
    "rds": "AddTagsToResource",
    "s3": "TagResource",
    "sns": "TagResource",
    "ssm": "AddTagsToResource",
}
"""Service -> what AWS asks for beside the action that makes something with tags."""


def granting(action: str) -> list[dict[str, Any]]:
    return [each for each in statements("deployer", place("dev")) if action in each["Action"]]


def test_things_can_be_made_with_their_tags() -> None:
    """What does not exist yet has no tags, so a right that its tags restrict is none."""
    for service, action in TAGGING.items():
        demanded = [s.get("Condition", {}).get("StringEquals", {}) for s in granting(f"{service}:{action}")]
        free = [keys for keys in demanded if not any(key.startswith("aws:ResourceTag/") for key in keys)]
        assert free, f"{service}: tags can only be changed"


def test_tagging_takes_over_no_key_of_another_stack() -> None:
    for statement in granting("kms:TagResource"):
        demanded = {key for keys in statement["Condition"].values() for key in keys}
        assert {"aws:ResourceTag/Project", "aws:ResourceTag/Environment"} <= demanded
