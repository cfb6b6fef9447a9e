"""Sizes carry their load, cost what the price list says, and the documents are current."""

from dataclasses import replace

import pytest

import offline
from offline import ROOT
from reference import sizing
from reference.__main__ import DOCUMENTS
from reference.sizing import LOADS, Load, size
from reference.sizing_document import STACK_TASKS_PER_MINUTE, readme
from review import prices
from tests.recorded import recorded


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_is_current(name: str) -> None:
    """`make docs` writes it anew."""
    assert (ROOT / name).read_text() == DOCUMENTS[name]()


@pytest.mark.parametrize("load", LOADS, ids=lambda load: f"{load.tasks_per_minute} a minute")
def test_a_size_fits_its_connections_and_runs_its_tasks(load: Load) -> None:
    found = size(load)
    assert found.budget.fits
    assert found.replicas["workers"] * sizing.CONCURRENCY >= sizing.slots(load)
    assert min(found.replicas.values()) >= 2


def test_more_load_is_never_smaller_or_cheaper() -> None:
    sizes = [size(load) for load in LOADS]
    assert [s.budget.total for s in sizes] == sorted(s.budget.total for s in sizes)
    assert [s.cost.total for s in sizes] == sorted(s.cost.total for s in sizes)


def test_users_alone_ask_for_api_servers() -> None:
    assert size(replace(LOADS[0], users=500)).replicas["api_server"] == 10


def test_a_busy_database_gets_a_class_with_lasting_cpu() -> None:
    quick = Load(tasks_per_minute=1_500, task_seconds=1, dags=1, users=1)
    assert not size(quick).instance_class.startswith("db.t")


def test_a_database_costs_hours_and_storage_twice_with_a_standby() -> None:
    single = prices.database_cost("db.t4g.micro", 20, multi_az=False)
    assert single == pytest.approx(0.016 * 730 + 20 * 0.115)
    assert prices.database_cost("db.t4g.micro", 20, multi_az=True) == pytest.approx(2 * single)


def test_valkey_costs_less_than_redis() -> None:
    redis = prices.cache_cost("cache.m7g.large", 2, engine="redis")
    assert prices.cache_cost("cache.m7g.large", 2) == pytest.approx(0.8 * redis)


def test_a_class_without_a_price_is_named() -> None:
    with pytest.raises(LookupError, match=r"db\.x2g\.large: no price known"):
        prices.database_cost("db.x2g.large", 20, multi_az=False)


def test_a_stack_without_a_cache_pays_for_none() -> None:
    graph = offline.record("dev", overrides={"airflow": {"executor": "KubernetesExecutor"}, "cache": None})
    assert prices.stack_cost(graph, 1, 14).cache == 0


@pytest.mark.parametrize("stack", STACK_TASKS_PER_MINUTE)
def test_every_alarm_and_key_of_a_stack_is_counted(stack: str) -> None:
    graph = recorded(stack)
    alarms = len(graph.of_type(prices.ALARM))
    assert alarms > 0
    assert prices.stack_cost(graph, 0, 1).rest == pytest.approx(1 + 0.1 * alarms)


def test_a_readme_without_the_markers_is_refused() -> None:
    with pytest.raises(LookupError, match="markers"):
        readme("# Nothing here")
