"""No secret reaches a report: neither a generated nor a given one, whatever happens to it."""

from __future__ import annotations

import json

import offline
from offline.graph import Graph, Resource, Secret
from offline.sealed import open_graph, seal_graph
from review.machine import machine_readable
from review.markdown import markdown
from review.recording import Recording
from tests.review.sides import KEY, compared, recorded, sealed

PARAMETER = "aws:ssm/parameter:Parameter"


def stack_of(*resources: Resource) -> Graph:
    return Graph.of(resources)


def parameter(name: str, value: object) -> Resource:
    urn = f"urn:pulumi:prod::airflow::{PARAMETER}::{name}"
    return Resource(urn=urn, type=PARAMETER, name=name, inputs={"name": name, "value": value})


def texts(base: Graph, head: Graph) -> str:
    report = compared(Recording(graph=base, config={}), Recording(graph=head, config={}))
    return markdown("a", "b", [report]) + machine_readable("a", "b", [report], [])


def test_a_sealed_graph_holds_no_secret() -> None:
    graph = offline.record("prod")
    text = json.dumps(seal_graph(graph, KEY))
    assert len(graph.secrets()) >= 7
    assert not [secret for secret in graph.secrets() if len(secret) >= 8 and secret in text]


def test_the_same_secret_is_equal_only_under_the_same_key() -> None:
    graph = stack_of(parameter("a", Secret("correct horse battery staple")))
    again = open_graph(seal_graph(graph, KEY))
    assert again == open_graph(seal_graph(graph, KEY))
    assert again != open_graph(seal_graph(graph, b"another key"))


def test_a_changed_secret_says_that_it_changed_and_no_more() -> None:
    old, new = "correct horse battery staple", "something else entirely"
    text = texts(sealed(stack_of(parameter("a", Secret(old)))), sealed(stack_of(parameter("a", Secret(new)))))
    assert "[secret changed]" in text
    assert old not in text
    assert new not in text


def test_a_secret_whose_name_changes_stays_closed() -> None:
    value = "correct horse battery staple"
    base, head = stack_of(parameter("a", Secret(value))), stack_of(parameter("b", Secret(value)))
    assert value not in texts(base, head)


def test_a_value_that_becomes_secret_or_open_stays_closed_where_it_is_secret() -> None:
    value = "correct horse battery staple"
    became = texts(stack_of(parameter("a", "open")), stack_of(parameter("a", Secret(value))))
    assert value not in became
    nested = texts(
        stack_of(parameter("a", {"inner": ["x", Secret(value)]})), stack_of(parameter("a", {"inner": ["x"]}))
    )
    assert value not in nested


def test_a_whole_stack_that_appears_shows_none_of_its_secrets() -> None:
    real = offline.record("prod")
    text = texts(Graph.of([]), real)
    assert not [secret for secret in real.secrets() if len(secret) >= 8 and secret in text]


def test_the_same_input_gives_the_same_bytes() -> None:
    edit = json.dumps({"secrets": {"rotations": {"jwt_secret": 2}}})
    assert texts(recorded("prod"), recorded("prod", edit)) == texts(recorded("prod"), recorded("prod", edit))
