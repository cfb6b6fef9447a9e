"""One role per Airflow component, for exactly one service account."""

import json
from dataclasses import replace

import pytest

from components import executors, pod_policies
from components.identity import ServiceAccountRole, ServiceAccountRoleArgs, component_roles
from offline import Graph, record_program
from stacks.airflow_sections import EXECUTORS
from tests.components.samples import BOUNDARY, GRANT, ISSUER, PROVIDER, ROLES, built

CELERY = executors.accounts("CeleryExecutor")
ROLE = "aws:iam/role:Role"
POLICY = "aws:iam/rolePolicy:RolePolicy"
ARGS = ServiceAccountRoleArgs(
    namespace="airflow",
    service_account="airflow-worker",
    issuer=ISSUER,
    oidc_provider_arn=PROVIDER,
    policy="{}",
)


@pytest.fixture(scope="module", params=[False, True], ids=["update", "preview"])
def graph(request: pytest.FixtureRequest) -> Graph:
    return record_program(lambda: component_roles(ROLES), preview=request.param)


@pytest.mark.parametrize("component", CELERY)
def test_each_component_has_a_role_that_only_its_service_account_takes(graph: Graph, component: str) -> None:
    role = graph.only(ROLE, f"identity-{component}-role")
    (trust,) = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
    equal = trust["Condition"]["StringEquals"]
    assert list(trust["Condition"]) == ["StringEquals"]
    assert equal == {
        f"{ISSUER}:aud": "sts.amazonaws.com",
        f"{ISSUER}:sub": f"system:serviceaccount:airflow:airflow-{component}",
    }


@pytest.mark.parametrize("component", CELERY)
def test_each_role_has_the_policy_of_its_component(graph: Graph, component: str) -> None:
    policy = graph.only(POLICY, f"identity-{component}-policy").inputs["policy"]
    assert policy == pod_policies.component_policy(component, "CeleryExecutor", GRANT)


def test_the_scheduler_writes_logs_only_where_it_runs_tasks() -> None:
    local = record_program(lambda: component_roles(replace(ROLES, executor="LocalExecutor")))
    celery = record_program(lambda: component_roles(ROLES))
    name = "identity-scheduler-policy"
    assert "s3:PutObject" in local.only(POLICY, name).inputs["policy"]
    assert "s3:PutObject" not in celery.only(POLICY, name).inputs["policy"]


def test_roles_have_no_managed_or_deprecated_inline_policies(graph: Graph) -> None:
    deprecated = {"managedPolicyArns", "inlinePolicies"}
    assert [r.name for r in graph.of_type(ROLE) if deprecated & set(r.inputs)] == []


def test_a_permissions_boundary_reaches_every_role() -> None:
    bounded = record_program(lambda: component_roles(replace(ROLES, permissions_boundary_arn=BOUNDARY)))
    assert {r.inputs.get("permissionsBoundary") for r in bounded.of_type(ROLE)} == {BOUNDARY}


def test_without_a_boundary_none_is_set(graph: Graph) -> None:
    assert [r.name for r in graph.of_type(ROLE) if "permissionsBoundary" in r.inputs] == []


@pytest.mark.parametrize("executor", EXECUTORS)
def test_roles_are_those_of_the_executors_components(executor: str) -> None:
    found: dict[str, ServiceAccountRole] = {}
    record_program(lambda: found.update(component_roles(replace(ROLES, executor=executor))))
    assert tuple(found) == executors.accounts(executor)


def test_a_role_of_task_pods_is_for_their_own_account_alone() -> None:
    graph = record_program(lambda: component_roles(replace(ROLES, executor="KubernetesExecutor")))
    trust = graph.only(ROLE, "identity-worker-kubernetes-role").inputs["assumeRolePolicy"]
    assert "system:serviceaccount:airflow:airflow-worker-kubernetes" in trust
    assert [r.name for r in graph.of_type(ROLE) if r.name == "identity-worker-role"] == []


def test_the_output_is_the_roles_arn() -> None:
    graph = built(ServiceAccountRole, "worker", ARGS)
    assert graph.named("worker").outputs == {"role_arn": graph.only(ROLE).outputs["arn"]}


@pytest.mark.parametrize("field", ["namespace", "service_account"])
@pytest.mark.parametrize("value", ["*", "air*", ""])
def test_a_pattern_is_never_trusted(field: str, value: str) -> None:
    with pytest.raises(ValueError, match=f"{field}: one exact name, never a pattern, got"):
        replace(ARGS, **{field: value})


def test_an_issuer_with_its_scheme_is_refused() -> None:
    with pytest.raises(ValueError, match="issuer: without https://, got https://x"):
        replace(ARGS, issuer="https://x")
