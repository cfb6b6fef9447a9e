"""In every stack: what opens the database as its master user goes to one container."""

from __future__ import annotations

import pytest

from components.naming import MASTER_SECRET
from offline import Graph, plain, stack_names
from tests.recorded import recorded


@pytest.fixture(scope="module", params=stack_names())
def graph(request: pytest.FixtureRequest) -> Graph:
    return recorded(request.param)


def test_the_masters_secret_is_read_by_the_first_container_of_the_migration_alone(graph: Graph) -> None:
    """A pod of Airflow that knew the master user could make roles and drop the database."""
    readers = {r.name for r in graph.resources if MASTER_SECRET in str(plain(r.inputs))}
    assert readers == {f"secrets-{MASTER_SECRET}", "airflow-migrate"}
    pod = plain(graph.named("airflow-migrate").inputs["spec"])["template"]["spec"]
    assert MASTER_SECRET in str(pod.pop("initContainers"))
    assert MASTER_SECRET not in str(pod)


def test_the_masters_password_is_in_its_own_secret_alone(graph: Graph) -> None:
    password = plain(graph.only("aws:rds/instance:Instance").inputs["password"])
    holders = {r.name for r in graph.of_type("kubernetes:core/v1:Secret") if password in str(plain(r.inputs))}
    assert holders == {f"secrets-{MASTER_SECRET}"}
