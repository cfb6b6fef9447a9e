"""What holds for every component and every stack: one table of rules over the whole program's graph."""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pulumi
import pytest

import components
from offline import Graph, Resource, Secret, plain, record, stack_names
from tests.recorded import recorded

STACKS = stack_names()
GOLDEN = Path(__file__).parent / "golden"
RELEASE = "kubernetes:helm.sh/v3:Release"
STATEFUL = {
    "aws:rds/instance:Instance",
    "aws:elasticache/replicationGroup:ReplicationGroup",
    "aws:s3/bucket:Bucket",
    "aws:kms/key:Key",
}


@pytest.fixture(scope="module", params=STACKS)
def graph(request: pytest.FixtureRequest) -> Graph:
    return recorded(request.param)


@pytest.fixture(scope="module", params=STACKS)
def preview(request: pytest.FixtureRequest) -> Graph:
    return recorded(request.param, preview=True)


def component_classes() -> dict[str, type[pulumi.ComponentResource]]:
    found = {}
    for module in pkgutil.iter_modules(components.__path__):
        for _, item in inspect.getmembers(
            importlib.import_module(f"components.{module.name}"), inspect.isclass
        ):
            if issubclass(item, pulumi.ComponentResource) and item.__module__ == f"components.{module.name}":
                found[f"airflow:index:{item.__name__}"] = item
    return found


def provider_resources(graph: Graph) -> list[Resource]:
    return [r for r in graph.resources if r.custom and not r.type.startswith("pulumi:")]


def texts(value: Any) -> Iterator[str]:
    """Every text in the open part of `value`: what an engine would store and show unencrypted."""
    if isinstance(value, Secret):
        return
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield str(key)
            yield from texts(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from texts(item)
    elif isinstance(value, str):
        yield value


def long_secrets(graph: Graph) -> set[str]:
    return {secret for secret in graph.secrets() if len(secret) >= 12}


def test_every_component_class_is_registered_under_its_own_name(graph: Graph) -> None:
    assert {r.type for r in graph.components} <= set(component_classes())


@pytest.mark.parametrize("cls", component_classes().values(), ids=lambda c: c.__name__)
def test_components_share_one_signature(cls: type) -> None:
    parameters = list(inspect.signature(cls.__init__).parameters)
    assert parameters == ["self", "name", "args", "opts"]


def test_registered_outputs_are_the_annotated_ones(graph: Graph) -> None:
    for component in graph.components:
        cls = component_classes()[component.type]
        assert set(component.outputs) == set(cls.__annotations__), component.name


def test_no_resource_uses_a_default_provider(graph: Graph) -> None:
    assert [r.name for r in provider_resources(graph) if not r.provider] == []


def test_every_resource_belongs_to_a_component(graph: Graph) -> None:
    assert [r.name for r in provider_resources(graph) if not r.parent] == []


def test_child_names_begin_with_the_components_name(graph: Graph) -> None:
    by_urn = {r.urn: r for r in graph.resources}
    strays = [r.name for r in provider_resources(graph) if not r.name.startswith(by_urn[r.parent].name)]
    assert strays == []


def test_logical_names_hold_no_environment(graph: Graph) -> None:
    assert [r.name for r in graph.resources if set(r.name.split("-")) & set(STACKS)] == []


def test_tags_come_from_the_provider(graph: Graph) -> None:
    tags = json.loads(str(graph.named("aws").inputs["defaultTags"]))["tags"]
    assert {"Project", "Environment", "Owner"} <= set(tags)


def test_the_account_is_pinned(graph: Graph) -> None:
    assert len(json.loads(str(graph.named("aws").inputs["allowedAccountIds"]))) == 1


def test_secrets_and_config_maps_are_updated_in_place(graph: Graph) -> None:
    """Under a fixed name a replacement deletes first, and no pod starts until the new one is there."""
    inputs = graph.named("kubernetes").inputs
    assert {inputs["enableSecretMutable"], inputs["enableConfigMapMutable"]} == {"true"}


def test_no_secret_stands_in_a_plain_input(graph: Graph) -> None:
    secrets = long_secrets(graph)
    assert secrets
    for resource in graph.resources:
        for text in texts(resource.inputs):
            assert not [s for s in secrets if s in text], f"{resource.name}: a secret in a plain input"


def test_the_release_gets_no_secret_at_all(graph: Graph) -> None:
    values = graph.only(RELEASE).inputs["values"]
    assert json.dumps(values)  # a Secret wrapper anywhere inside would not serialise
    assert not [s for s in long_secrets(graph) if s in json.dumps(values)]


def test_no_export_is_secret(graph: Graph) -> None:
    assert graph.exports
    exported = json.dumps(dict(graph.exports))
    assert not [s for s in long_secrets(graph) if s in exported]


def test_nothing_is_open_to_the_world(graph: Graph) -> None:
    for resource in graph.resources:
        assert not {"0.0.0.0/0", "::/0"} & set(texts(resource.inputs)), resource.name


def test_policies_name_no_wildcard_action(graph: Graph) -> None:
    for resource in graph.of_type("aws:iam/rolePolicy:RolePolicy"):
        for statement in json.loads(plain(resource.inputs)["policy"])["Statement"]:
            actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
            assert not [a for a in actions if a.endswith("*")], resource.name
            assert statement["Resource"] != "*", resource.name


def test_a_graph_is_the_same_each_time(graph: Graph) -> None:
    stack = graph.resources[0].urn.split(":")[2]
    assert record(stack).to_json() == graph.to_json()


def test_a_preview_registers_what_an_update_does(preview: Graph) -> None:
    stack = preview.resources[0].urn.split(":")[2]
    assert [r.urn for r in preview.resources] == [r.urn for r in recorded(stack).resources]


def test_a_preview_shows_no_secret(preview: Graph) -> None:
    assert not [s for s in long_secrets(preview) if s in preview.to_json()]


def test_prod_protects_everything_stateful_and_nothing_else() -> None:
    graph = recorded("prod")
    assert {r.type for r in graph.resources if r.protect} == STATEFUL
    assert [r.name for r in graph.resources if r.type in STATEFUL and not r.protect] == []


def test_exports_are_a_contract(graph: Graph) -> None:
    assert sorted(graph.exports) == sorted((GOLDEN / "exports.txt").read_text().split())
