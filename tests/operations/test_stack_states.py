"""What is read in a state is what the program leaves there."""

import json

import pytest

import offline
from operations.errors import OperationError
from operations.stack_states import StackState, parse_state
from operations.state_names import LIFETIME_TAG
from stacks.ephemeral_section import TAG

HOURS = {"ephemeral": {"time_to_live_hours": 72}, "cluster": {"namespace": "airflow-pr-42"}}
PIN = {"airflow": {"image": {"digest": f"sha256:{'0a' * 32}"}}}


def left_by(**changes: object) -> StackState:
    """The program's own resources as a state."""
    recorded = offline.record("dev", overrides=changes).resources
    resources = [{"urn": r.urn, "type": r.type, "inputs": offline.redact(r.inputs)} for r in recorded]
    return parse_state("dev", json.dumps({"checkpoint": {"latest": {"resources": resources}}}).encode())


def test_the_time_to_live_is_there_if_the_stack_file_says_so() -> None:
    assert TAG == LIFETIME_TAG
    assert left_by(**HOURS).time_to_live_hours == 72
    assert left_by().time_to_live_hours is None


def test_the_image_is_the_releases() -> None:
    assert left_by().image == "apache/airflow:3.3.2"
    assert left_by(**PIN).image == f"apache/airflow:3.3.2@sha256:{'0a' * 32}"
    assert parse_state("dev", b'{"checkpoint": {}}').image is None


def latest(*resources: object) -> str:
    return json.dumps({"checkpoint": {"latest": {"resources": resources}}})


AWS, ROOT = "pulumi:providers:aws", "pulumi:pulumi:Stack"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"checkpoint": null}',
        '{"checkpoint": {"latest": [1]}}',
        '{"checkpoint": {"latest": {"resources": 1}}}',
        latest("text"),
        latest({"urn": "urn:x"}),
        latest({"type": "x", "protect": True}),
        latest({"type": AWS, "inputs": {"defaultTags": "no JSON"}}),
        latest({"type": AWS, "inputs": {"defaultTags": "[1]"}}),
        latest({"type": AWS, "inputs": [1]}),
        latest({"type": ROOT, "created": "yesterday"}),
        latest({"type": ROOT, "created": 1}),
        latest({"type": "kubernetes:helm.sh/v3:Release", "inputs": {"values": {}}}),
    ],
)
def test_what_pulumi_did_not_write_is_one_line(text: str) -> None:
    with pytest.raises(OperationError, match=r"stacks/airflow/odd\.json: not a state of Pulumi's"):
        parse_state("odd", text.encode())


@pytest.mark.parametrize("hours", ["soon", "-1", "9" * 12])
def test_a_foreign_tag_of_the_lifetimes_name_is_told(hours: str) -> None:
    provider = {"type": AWS, "inputs": {"defaultTags": {"tags": {LIFETIME_TAG: hours}}}}
    with pytest.raises(OperationError, match=f"its tag {LIFETIME_TAG} is no number of hours"):
        parse_state("odd", latest(provider).encode())
