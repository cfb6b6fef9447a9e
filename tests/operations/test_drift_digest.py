"""Drift, read from what the real engine wrote after five resources were changed behind its back.

`data/drift_preview.json`: `pulumi preview --refresh --json` (CLI 3.260) of the stack dev, some resources.
What follows from a difference (a Job replaced because a parameter group got another name) is among them.
"""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from operations.drift_digest import Kind, differences, read_digest
from operations.errors import OperationError

CAPTURED = (Path(__file__).parent / "data" / "drift_preview.json").read_text()
DATABASE, BUCKET = "database-instance", "logs-bucket"


@pytest.fixture
def digest() -> dict[str, Any]:
    return copy.deepcopy(json.loads(CAPTURED))


def planned(digest: dict[str, Any], name: str) -> dict[str, Any]:
    """The program's step of a resource."""
    return [step for step in digest["steps"] if step["urn"].endswith(f"::{name}")][-1]


def kinds(digest: dict[str, Any]) -> dict[str, Kind]:
    return {each.name: each.kind for each in differences(digest)}


def test_each_difference_has_its_kind_and_nothing_else_is_told(digest: dict[str, Any]) -> None:
    assert kinds(digest) == {
        "cache-ingress-cluster": Kind.DESTRUCTIVE,
        "identity-worker-role": Kind.SECURITY,
        DATABASE: Kind.CAPACITY,
        "database-parameters-postgres17": Kind.CONFIGURATION,
        BUCKET: Kind.TAGS,
    }


def test_the_most_urgent_comes_first_and_says_what_was_and_is(digest: dict[str, Any]) -> None:
    first, *_, last = differences(digest)
    assert first.text == "is gone"
    assert last.text == '`tags` was not set, is `{"Cost": "x"}`'
    assert {each.text for each in differences(digest)} >= {
        '`instanceClass` was `"db.t4g.micro"`, is `"db.m7g.large"`'
    }


def test_what_was_changed_in_the_program_only_is_no_drift(digest: dict[str, Any]) -> None:
    step = planned(digest, "encryption-key")
    step |= {"op": "update", "newState": {"inputs": {"deletionWindowInDays": 30}}}
    assert "encryption-key" not in kinds(digest)


@pytest.mark.parametrize(
    ("key", "value", "kind"),
    [
        ("publiclyAccessible", True, Kind.SECURITY),
        ("deletionProtection", True, Kind.SECURITY),
        ("allocatedStorage", 5, Kind.CAPACITY),
        ("monitoringInterval", 60, Kind.CONFIGURATION),
        ("tags", {"Cost": "x"}, Kind.TAGS),
    ],
)
def test_a_property_decides(digest: dict[str, Any], key: str, value: object, kind: Kind) -> None:
    step = planned(digest, DATABASE)
    deployed = next(each for each in digest["steps"] if each["urn"] == step["urn"])["oldState"]["inputs"]
    step["oldState"]["inputs"] = {**deployed, key: value}
    assert kinds(digest)[DATABASE] is kind


def test_a_tag_beside_something_else_is_no_noise(digest: dict[str, Any]) -> None:
    planned(digest, BUCKET)["oldState"]["inputs"]["acl"] = "public-read"
    assert kinds(digest)[BUCKET] is not Kind.TAGS


def test_what_would_be_replaced_is_destructive(digest: dict[str, Any]) -> None:
    planned(digest, DATABASE).update(op="replace", replaceReasons=["instanceClass"])
    assert kinds(digest)[DATABASE] is Kind.DESTRUCTIVE
    planned(digest, DATABASE).update(op="replace", replaceReasons=["parameterGroupName"])
    assert kinds(digest)[DATABASE] is Kind.CAPACITY  # replaced for another's sake


def test_a_value_stays_a_code_span_and_short(digest: dict[str, Any]) -> None:
    planned(digest, BUCKET)["oldState"]["inputs"]["tags"] = {"Cost": "` **bold** @somebody " + "x" * 500}
    (tags,) = [each.text for each in differences(digest) if each.name == BUCKET]
    assert len(tags) < 150
    assert tags.count("`") == 4


def test_a_preview_that_failed_is_no_empty_drift() -> None:
    failed = '{"diagnostics": [{"severity": "error", "message": "no\\n role"}], "steps": []}'
    for text, problem in {"error: x": "no JSON", "{}": "no steps", failed: "preview failed: no role"}.items():
        with pytest.raises(OperationError, match=problem):
            read_digest(text)
