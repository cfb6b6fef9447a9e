"""Every key of the model is found and described."""

from typing import Annotated, Literal

import pytest
from pydantic import Field

from reference.keys import Key, attribute_docs, keys, leaves
from reference.words import rule_text, type_text
from stacks.airflow_sections import WorkerSettings
from stacks.section import matching
from stacks.settings import SECTIONS
from tests.stacks.constraints import declared

Name = Annotated[str, matching("test_name", "[a-z]+", "a name")]


@pytest.mark.parametrize("key", keys(), ids=lambda key: key.path)
def test_every_key_says_what_it_is(key: Key) -> None:
    """The text stands below the attribute, and in docs/CONFIGURATION.md."""
    assert key.description.endswith((".", "`")), f"{key.path}: add a docstring below it"


def test_no_key_is_left_out() -> None:
    found = {key.name for key in keys()}
    models = {owner.split(".")[1] for owner, kind in declared() if kind != "extra_forbidden"}
    assert models - found == set()
    assert set(SECTIONS) <= {key.path for key in keys()}


def test_a_leaf_has_a_type_in_words() -> None:
    assert [key.path for key in leaves() if not type_text(key.annotation)] == []


def test_types_and_rules_are_in_words() -> None:
    assert type_text(list[Name] | None) == "list of text or null"
    assert rule_text(list[Name] | None) == "a name"
    assert rule_text(Annotated[int, Field(ge=1, le=2_000)]) == "1 to 2,000"
    assert rule_text(Literal["a", "b"]) == "`a`, `b`"


def test_descriptions_are_inherited() -> None:
    assert {"replicas", "requests", "concurrency"} <= set(attribute_docs(WorkerSettings))
