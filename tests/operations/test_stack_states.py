"""What is read in a state is what the program leaves there."""

import json

import offline
from operations.stack_states import StackState, parse_state
from operations.state_names import LIFETIME_TAG
from stacks.ephemeral_section import TAG

HOURS = {"ephemeral": {"time_to_live_hours": 72}}
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
