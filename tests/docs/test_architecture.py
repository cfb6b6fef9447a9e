"""docs/ARCHITECTURE.md against the graph: what its pictures name exists, and nothing of weight is missing."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from components import naming
from offline import ROOT, Graph, Resource, plain
from tests.recorded import recorded

TEXT = (ROOT / "docs" / "ARCHITECTURE.md").read_text()
PICTURES = {
    title.strip(): picture
    for title, picture in re.findall(r"\n## ([^\n]+)\n(?:(?!\n## ).)*?```mermaid\n(.*?)```", TEXT, re.DOTALL)
}
OF_THE_GRAPH = ("Resources", "Network flows", "Identities", "The secrets' way", "Start order")
NAME = re.compile(r"\b[a-z][a-z0-9]*(?:-[a-z0-9]+)+\b")
WORDS = {"port-forward", "dag-processor", "api-server"}
"""Hyphenated words that name no resource; components of Airflow are checked by their service accounts."""


@pytest.fixture(scope="module")
def graph() -> Graph:
    return recorded("prod")


def names_of(graph: Graph) -> set[str]:
    """Logical names (also without the generation at their end), and the names of Kubernetes objects."""
    logical = {r.name for r in graph.resources}
    accounts = {naming.service_account(component) for component in naming.COMPONENTS}
    objects = {str(_metadata(r).get("name", "")) for r in graph.resources}
    return {re.sub(r"-\d+$", "", name) for name in logical} | logical | objects | accounts


def _metadata(resource: Resource) -> dict[str, object]:
    found = plain(resource.inputs).get("metadata")
    return found if isinstance(found, dict) else {}


def secrets_of(graph: Graph) -> set[str]:
    return {str(_metadata(r)["name"]) for r in graph.of_type("kubernetes:core/v1:Secret")}


def edges(picture: str) -> Iterator[tuple[str, str]]:
    """Arrows of a picture, as pairs of labels."""
    labels = dict(re.findall(r"(\w+)\[([\w-]+)\]", picture))
    plain_arrows = re.sub(r"\[[\w-]+\]", "", picture)
    for before, after in re.findall(r"^\s*(\w+) --> (\w+)$", plain_arrows, re.MULTILINE):
        yield labels[before], labels[after]


def ancestors(graph: Graph, resource: Resource) -> set[str]:
    """Names of all that a resource waits for, at any distance."""
    by_urn = {r.urn: r for r in graph.resources}
    seen: set[str] = set()
    waiting = [resource.urn]
    while waiting:
        r = by_urn.get(waiting.pop())
        if r is None or r.urn in seen:
            continue
        seen.add(r.urn)
        waiting += [*r.dependencies, *(urn for urns in r.property_dependencies.values() for urn in urns)]
    return {re.sub(r"-\d+$", "", by_urn[urn].name) for urn in seen}


def test_every_picture_is_there() -> None:
    assert set(OF_THE_GRAPH) <= set(PICTURES)


@pytest.mark.parametrize("title", OF_THE_GRAPH)
def test_a_picture_names_only_what_exists(graph: Graph, title: str) -> None:
    named = set(NAME.findall(re.sub(r"<[^>]+>", " ", PICTURES[title]))) - WORDS
    assert named
    assert named - names_of(graph) == set()


def test_every_component_is_in_the_picture_of_resources(graph: Graph) -> None:
    missing = [r.name for r in graph.components if not re.search(rf"\b{r.name}\b", PICTURES["Resources"])]
    assert missing == []


def test_every_secret_and_every_generated_value_is_on_its_way(graph: Graph) -> None:
    generated = {re.sub(r"-\d+$", "", r.name) for r in graph.within("credentials")}
    wanted = secrets_of(graph) | generated
    assert wanted - set(NAME.findall(PICTURES["The secrets' way"])) == set()


def test_every_role_and_every_account_is_among_the_identities(graph: Graph) -> None:
    roles = {r.name for r in graph.of_type("aws:iam/role:Role")}
    accounts = {str(_metadata(r)["name"]) for r in graph.of_type("kubernetes:core/v1:ServiceAccount")}
    components = [r.name.removeprefix("identity-") for r in graph.of_type("airflow:index:ServiceAccountRole")]
    wanted = roles | accounts | {naming.service_account(component) for component in components}
    assert wanted - set(NAME.findall(PICTURES["Identities"])) == set()


def test_the_ports_are_those_of_the_stack(graph: Graph) -> None:
    ports = {
        int(plain(r.inputs)["fromPort"])
        for r in graph.of_type("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
    }
    assert ports
    assert [port for port in ports if f"{port}" not in PICTURES["Network flows"]] == []


def test_what_waits_for_what_is_so_in_the_graph(graph: Graph) -> None:
    found = list(edges(PICTURES["Start order"]))
    assert len(found) > 10
    for before, after in found:
        waiting = next(r for r in graph.resources if re.sub(r"-\d+$", "", r.name) == after and r.custom)
        assert before in ancestors(graph, waiting), f"{after} does not wait for {before}"


def test_an_arrow_in_the_wrong_direction_is_found(graph: Graph) -> None:
    assert "airflow-release" not in ancestors(graph, graph.named("airflow-migrate"))


def test_the_rooms_are_existing_folders() -> None:
    rooms = re.findall(r"`(\w+)/`", TEXT)
    assert [room for room in rooms if not (ROOT / room).is_dir()] == []
