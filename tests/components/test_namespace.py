from __future__ import annotations

from typing import Any

import pytest

from components.namespace import Namespace, NamespaceArgs
from offline import Graph, record_program


@pytest.fixture(scope="module")
def graph() -> Graph:
    args = NamespaceArgs(name="airflow", max_pods=40, labels={"tags.airflow/Owner": "team"})
    return record_program(lambda: Namespace("namespace", args))


def metadata(graph: Graph, name: str) -> dict[str, Any]:
    return graph.named(name).inputs["metadata"]


def test_the_name_is_the_one_that_roles_trust(graph: Graph) -> None:
    assert metadata(graph, "namespace-namespace")["name"] == "airflow"


def test_privileged_pods_are_refused_and_careless_ones_reported(graph: Graph) -> None:
    labels = metadata(graph, "namespace-namespace")["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "baseline"
    assert labels["pod-security.kubernetes.io/warn"] == "restricted"


def test_labels_of_the_stack_are_kept(graph: Graph) -> None:
    assert metadata(graph, "namespace-namespace")["labels"]["tags.airflow/Owner"] == "team"


def test_pods_are_bounded_and_nothing_opens_a_port_of_its_own(graph: Graph) -> None:
    assert graph.named("namespace-quota").inputs["spec"]["hard"] == {
        "pods": "40",
        "services.loadbalancers": "0",
        "services.nodeports": "0",
        "persistentvolumeclaims": "0",
    }


def test_containers_without_a_size_get_a_small_one(graph: Graph) -> None:
    (limit,) = graph.named("namespace-limits").inputs["spec"]["limits"]
    assert limit["type"] == "Container"
    assert set(limit["default"]) == set(limit["defaultRequest"]) == {"cpu", "memory"}


def test_quota_and_limits_lie_in_the_namespace(graph: Graph) -> None:
    assert {metadata(graph, f"namespace-{kind}")["namespace"] for kind in ("quota", "limits")} == {"airflow"}


@pytest.mark.parametrize("name", ["default", "kube-system"])
def test_a_namespace_of_somebody_else_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=f"name: .* got {name}"):
        NamespaceArgs(name=name, max_pods=1)


def test_a_namespace_without_pods_is_refused() -> None:
    with pytest.raises(ValueError, match="max_pods: at least 1, got 0"):
        NamespaceArgs(name="airflow", max_pods=0)
