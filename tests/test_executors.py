"""Whole stacks with each executor: what is registered, and that changing it leaves alone what holds data."""

from __future__ import annotations

import json
from functools import cache

import pytest

from components import executors
from offline import Graph, Resource, plain, record
from stacks.airflow_sections import EXECUTORS

FEW_TASKS = {"parallelism": 8, "max_active_tasks_per_dag": 8}
"""As many as fit into the scheduler's memory, where LocalExecutor runs them."""
ROLE = "aws:iam/role:Role"
SECRET = "kubernetes:core/v1:Secret"
RELEASE = "kubernetes:helm.sh/v3:Release"
WITH_DATA = ("airflow:index:Database", "airflow:index:LogBucket", "airflow:index:Encryption")

each_executor = pytest.mark.parametrize("executor", EXECUTORS)
each_stack = pytest.mark.parametrize("stack", ["dev", "prod"])
each_mode = pytest.mark.parametrize("preview", [False, True], ids=["update", "preview"])


@cache
def graph(stack: str, executor: str, *, preview: bool = False) -> Graph:
    """The stack file with this executor, and with a cache where it needs one."""
    changes: dict[str, object] = {"airflow": {"executor": executor, **FEW_TASKS}}
    if not executors.uses_celery(executor):
        changes["cache"] = None
    return record(stack, overrides=changes, preview=preview)


def inside(found: Graph, component: str) -> dict[str, Resource]:
    """The only component of a type and its children, by URN."""
    (root,) = [r for r in found.components if r.type == component]
    return {r.urn: r for r in found.resources if root.urn in (r.urn, r.parent)}


def compared(resource: Resource) -> str:
    """What an engine would look at to decide what an update does."""
    return json.dumps([plain(resource.inputs), resource.protect, resource.provider], sort_keys=True)


@each_mode
@each_stack
@each_executor
def test_a_broker_and_all_that_belongs_to_it_come_with_celery_alone(
    stack: str, executor: str, preview: bool
) -> None:
    """Cache, its firewall, alarms and logs; the token and its copy in SSM; the Secret with its URL."""
    found = graph(stack, executor, preview=preview)
    of_broker = {r.name for r in found.resources if r.name.startswith("cache") or "broker" in r.name}
    expected = {"cache-group", "credentials-broker-token-parameter", "secrets-airflow-celery-broker-url"}
    assert of_broker & expected == (expected if executors.uses_celery(executor) else set())
    assert bool(of_broker) == executors.uses_celery(executor), of_broker


@each_mode
@each_stack
@each_executor
def test_outputs_and_exports_are_whole_without_a_broker(stack: str, executor: str, preview: bool) -> None:
    """Pulumi leaves out what is None, and that is just what belongs to the broker."""
    found, celery = (graph(stack, e, preview=preview) for e in (executor, "CeleryExecutor"))
    without = not executors.uses_celery(executor)
    assert set(celery.exports) - set(found.exports) == ({"cache_endpoint"} if without else set())
    outputs = [set(g.named("credentials").outputs) for g in (celery, found)]
    assert outputs[0] - outputs[1] == ({"broker_token"} if without else set())


@each_stack
@each_executor
def test_exported_parameters_are_those_that_were_made(stack: str, executor: str) -> None:
    exported = set(graph(stack, executor).exports["secret_parameters"])
    assert ("broker-token" in exported) == executors.uses_celery(executor)
    assert exported | {"broker-token"} == set(graph(stack, "CeleryExecutor").exports["secret_parameters"])


@each_stack
@each_executor
def test_roles_and_their_exported_arns_are_those_of_the_components(stack: str, executor: str) -> None:
    found = graph(stack, executor)
    assert set(found.exports["role_arns"]) == set(executors.accounts(executor))
    roles = {r.name for r in found.of_type(ROLE) if r.name.startswith("identity-")}
    assert roles == {f"identity-{part}-role" for part in executors.accounts(executor)}


@each_stack
@each_executor
def test_another_executor_leaves_database_bucket_and_key_alone(stack: str, executor: str) -> None:
    """Neither replaced nor deleted nor updated: the same resources with the same inputs."""
    for component in WITH_DATA:
        before, after = (inside(graph(stack, e), component) for e in ("CeleryExecutor", executor))
        assert len(before) > 1
        assert set(after) == set(before)
        assert [urn for urn in before if compared(before[urn]) != compared(after[urn])] == []


@each_executor
def test_another_executor_keeps_every_generated_secret_but_the_brokers(executor: str) -> None:
    before, after = (
        inside(graph("prod", e), "airflow:index:Credentials") for e in ("CeleryExecutor", executor)
    )
    kept = {urn for urn, r in before.items() if r.custom and "broker" not in r.name}
    assert kept <= set(after)
    assert [urn for urn in kept if compared(before[urn]) != compared(after[urn])] == []


@each_executor
def test_the_schema_is_not_migrated_for_another_executor(executor: str) -> None:
    before, after = (graph("prod", e).named("airflow-migrate").inputs for e in ("CeleryExecutor", executor))
    assert before["metadata"]["name"] == after["metadata"]["name"]


@each_stack
@each_executor
def test_the_secrets_that_the_release_names_are_there(stack: str, executor: str) -> None:
    """The broker's name is given always: without it the chart would make a random Secret. Only with Celery
    does a pod read it."""
    found = graph(stack, executor)
    made = {r.inputs["metadata"]["name"] for r in found.of_type(SECRET)}
    values = found.only(RELEASE).inputs["values"]
    named = {values[key] for key in ("fernetKeySecretName", "apiSecretKeySecretName", "jwtSecretName")}
    assert named | {values["data"]["metadataSecretName"]} <= made
    assert (values["data"]["brokerUrlSecretName"] in made) == executors.uses_celery(executor)
