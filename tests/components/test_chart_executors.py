"""What the chart is told for each executor: who runs tasks, talks to Kubernetes and may take how long."""

from __future__ import annotations

from typing import Any

import pytest

from components.chart_values import chart_values
from components.pod_limit import ANCILLARY_PODS, pod_limit
from stacks.airflow_sections import EXECUTORS

from .airflow_samples import INPUTS, SIZE, settings
from .test_chart_values import mounted, parts

TALKERS = {
    "CeleryExecutor": {"worker", "triggerer"},
    "KubernetesExecutor": {"worker-kubernetes", "triggerer"},
    "LocalExecutor": {"scheduler", "triggerer"},
    "CeleryExecutor,KubernetesExecutor": {"worker", "worker-kubernetes", "triggerer"},
}
"""Who runs task code or watches for it, and so talks to Kubernetes where tasks may start pods."""


@pytest.mark.parametrize("may", [False, True])
@pytest.mark.parametrize("executor", EXECUTORS)
def test_only_who_has_to_talks_to_kubernetes(executor: str, may: bool) -> None:
    values = chart_values(settings(executor=executor, tasks_may_start_pods=may), INPUTS)
    found = {
        part
        for part, its in parts(values).items()
        if its.get("serviceAccount", {}).get("automountServiceAccountToken")
    }
    starts_pods = "Kubernetes" in executor
    expected = {"scheduler", "api-server"} if starts_pods else set[str]()
    assert found == (expected | TALKERS[executor] if may else expected)
    assert values["allowPodLaunching"] is (starts_pods or may)


@pytest.mark.parametrize(
    ("executor", "expected"),
    [
        ("CeleryExecutor", {"dag-processor", "worker"}),
        ("KubernetesExecutor", {"dag-processor", "worker-kubernetes"}),
        ("LocalExecutor", {"dag-processor", "scheduler"}),
        ("CeleryExecutor,KubernetesExecutor", {"dag-processor", "worker", "worker-kubernetes"}),
    ],
)
def test_the_smoke_dag_is_mounted_where_dags_are_read_or_run(executor: str, expected: set[str]) -> None:
    values = chart_values(settings(executor=executor), INPUTS)
    found = {part for part, its in parts(values).items() if mounted(its) == ["/opt/airflow/smoke/smoke.py"]}
    assert found == expected


@pytest.mark.parametrize("executor", EXECUTORS)
def test_what_an_executor_does_not_use_gets_no_values(executor: str) -> None:
    values = chart_values(settings(executor=executor), INPUTS)
    uses_celery, starts_pods = "Celery" in executor, "Kubernetes" in executor
    assert ("replicas" in values["workers"]["celery"]) == uses_celery
    assert ("kubernetes" in values["workers"]) == starts_pods
    assert ("celery" in values["config"]) == uses_celery
    assert ("celery_broker_transport_options" in values["config"]) == uses_celery
    assert values["flower"]["enabled"] is False


@pytest.mark.parametrize(("executor", "part"), [("CeleryExecutor", "worker"), ("LocalExecutor", "scheduler")])
def test_who_runs_tasks_is_given_their_time_when_it_stops(executor: str, part: str) -> None:
    values = chart_values(settings(executor=executor), INPUTS)
    assert parts(values)[part]["terminationGracePeriodSeconds"] == 3900


def test_task_pods_go_where_the_settings_send_them() -> None:
    taints = [
        {"key": "spot", "value": "true", "effect": "NoSchedule"},
        {"key": "example.com/pool", "effect": "NoExecute"},
    ]
    pods = {**SIZE, "node_selector": {"example.com/pool": "tasks"}, "tolerations": taints}
    values = chart_values(settings(executor="KubernetesExecutor", task_pods=pods), INPUTS)
    found = values["workers"]["kubernetes"]
    assert found["nodeSelector"] == {"example.com/pool": "tasks"}
    assert found["tolerations"] == [
        {"key": "spot", "operator": "Equal", "value": "true", "effect": "NoSchedule"},
        {"key": "example.com/pool", "operator": "Exists", "effect": "NoExecute"},
    ]
    assert found["resources"] == SIZE


def test_task_pods_carry_no_hash_that_would_restart_everything() -> None:
    """Their template lies in the ConfigMap whose checksum every component carries."""
    values = chart_values(settings(executor="KubernetesExecutor"), INPUTS)
    assert "podAnnotations" not in values["workers"]["kubernetes"]
    assert "airflowPodAnnotations" not in values


def test_the_pod_limit_leaves_room_for_rollouts() -> None:
    """Four components twice; workers a third time, since those of the last rollout may still finish tasks."""
    assert pod_limit(settings()) == 2 * 8 + 3 * 2 + ANCILLARY_PODS
    assert pod_limit(settings(executor="LocalExecutor")) == 2 * 6 + 3 * 2 + ANCILLARY_PODS


@pytest.mark.parametrize(
    "changes",
    [{"executor": "KubernetesExecutor"}, {"executor": "LocalExecutor", "tasks_may_start_pods": True}],
)
def test_the_pod_limit_counts_a_pod_per_task_of_each_scheduler(changes: dict[str, Any]) -> None:
    more = pod_limit(settings(parallelism=100, **changes)) - pod_limit(settings(parallelism=50, **changes))
    assert more == 2 * 50
