"""The connection budget's arithmetic."""

import re
from dataclasses import replace
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.capacity import (
    JOBS,
    MEMORY_GIB,
    PEOPLE,
    RESERVED,
    SAFE_SHARE,
    Budget,
    Demand,
    Pool,
    budget,
    max_connections,
    surge,
)

NAMES: tuple[str, ...] = ("scheduler", "api_server", "dag_processor", "triggerer", "workers")
demands = st.builds(
    Demand,
    replicas=st.fixed_dictionaries({name: st.integers(1, 20) for name in NAMES}),
    worker_concurrency=st.integers(1, 64),
    pool=st.builds(Pool, size=st.integers(1, 20), max_overflow=st.integers(0, 20)),
)
classes = st.sampled_from(sorted(MEMORY_GIB))


def spelled_out(result: Budget) -> int:
    """The sum as a reader of the message would add it up."""
    return sum(int(count) * int(each) for count, each in re.findall(r"(\d+) x (\d+) ", result.explain()))


@given(classes, demands)
def test_the_explanation_adds_up_to_the_total(instance_class: str, demand: Demand) -> None:
    result = budget(instance_class, demand)
    assert spelled_out(result) == result.total
    assert f"= {result.total} " in result.explain()


@given(classes, demands)
def test_the_limit_leaves_reserved_connections_and_a_tenth_alone(instance_class: str, demand: Demand) -> None:
    result = budget(instance_class, demand)
    assert result.available <= (max_connections(instance_class) - RESERVED) * SAFE_SHARE
    assert result.fits == (result.total <= result.available)


@given(classes, demands, st.sampled_from(NAMES))
def test_one_more_pod_never_needs_fewer_connections(instance_class: str, demand: Demand, name: str) -> None:
    more = {**demand.replicas, name: demand.replicas[name] + 1}
    grown = Demand(replicas=more, worker_concurrency=demand.worker_concurrency, pool=demand.pool)
    assert budget(instance_class, grown).total > budget(instance_class, demand).total


@given(demands)
def test_a_rollout_is_counted_beside_what_runs(demand: Demand) -> None:
    lines = {line.what: line for line in budget("db.m7g.large", demand).lines}
    for name in NAMES:
        assert lines[f"{name} in a rollout"].count == surge(name, demand.replicas[name]) >= 1
        assert lines[f"{name} in a rollout"].each == lines[name].each


@given(classes, demands)
def test_pods_that_finish_their_tasks_are_counted_a_third_time(instance_class: str, demand: Demand) -> None:
    longer = replace(demand, finishing=("workers",))
    workers = demand.replicas["workers"] * (demand.worker_concurrency + 1)
    assert budget(instance_class, longer).total == budget(instance_class, demand).total + workers


def test_the_smallest_stack_written_by_hand() -> None:
    """Pools of 4: scheduler 4 + results + probe, API server 2 x 4, two others 4 + probe, workers 4 + 1."""
    demand = Demand(replicas=dict.fromkeys(NAMES, 1), worker_concurrency=4, pool=Pool(size=2, max_overflow=2))
    result = budget("db.t4g.micro", demand)
    assert result.total == 2 * (6 + 8 + 5 + 5 + 5) + JOBS + PEOPLE
    assert result.fits


def test_without_celery_no_worker_and_no_result_connection_counts() -> None:
    replicas = dict.fromkeys(NAMES[:4], 1)
    result = budget("db.t4g.micro", Demand(replicas=replicas, pool=Pool(size=2, max_overflow=2)))
    assert result.total == 2 * (5 + 8 + 5 + 5) + JOBS + PEOPLE


def test_airflows_own_pools_do_not_fit_the_smallest_class() -> None:
    """Five and ten per process: the default that runs out of connections in the first rollout."""
    demand = Demand(replicas=dict.fromkeys(NAMES, 1), worker_concurrency=4)
    assert not budget("db.t4g.micro", demand).fits


@pytest.mark.parametrize("instance_class", sorted(MEMORY_GIB))
def test_no_class_claims_more_than_the_formula_gives_for_its_whole_memory(instance_class: str) -> None:
    whole = MEMORY_GIB[instance_class] * 2**30 / 9_531_392
    assert 0 < max_connections(instance_class) <= min(ceil(whole), 5_000)


def test_an_unknown_class_is_an_error() -> None:
    with pytest.raises(KeyError, match=r"db\.x99\.huge"):
        max_connections("db.x99.huge")
