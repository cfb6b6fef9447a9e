"""Options of a resource that decide what becomes of it, on graphs of a few resources."""

from __future__ import annotations

from typing import Any

import pytest

from offline.graph import Graph
from review.changes import changes
from review.model import Action
from review.options import told_options
from tests.review.test_changes import actions, resource


@pytest.mark.parametrize(
    ("listed", "action"), [("*", Action.REPLACE), ("tags", Action.REPLACE), ("x", Action.UPDATE)]
)
def test_a_resource_is_replaced_for_what_the_program_lists(listed: str, action: Action) -> None:
    base, head = (resource("a", {"tags": {"n": n}}, replace_on_changes=(listed,)) for n in "12")
    assert actions([base], [head]) == {"a": action}


def test_a_resource_is_replaced_together_with_what_it_names() -> None:
    base, head = resource("a", {"bucket": "one"}), resource("a", {"bucket": "two"})
    other = resource("b", {}, replace_with=(head.urn,))
    assert actions([base, other], [head, other]) == {"a": Action.REPLACE, "b": Action.REPLACE}


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ({"deleted_with": "urn:pulumi:prod::airflow::x::other"}, "it goes with <code>other</code>"),
        ({"replace_with": ("urn:pulumi:prod::airflow::x::other",)}, "whenever <code>other</code> is"),
        ({"import_id": "theirs"}, "**takes over** what exists as <code>theirs</code>"),
        ({"plugin_download_url": "https://example.com"}, "is made by **a program from"),
    ],
)
def test_an_option_is_told_of_a_resource_that_is_there_and_of_a_new_one(
    option: dict[str, Any], said: str
) -> None:
    for base in ([resource("a", {})], []):
        found = changes(Graph.of(base), Graph.of([resource("a", {}, **option)]))
        assert [said in finding.text for finding in told_options(found)] == [True]
    assert list(told_options(changes(Graph.of([resource("a", {}, **option)]), Graph.of(base)))) == []
