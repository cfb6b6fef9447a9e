"""What each executor deploys, and where it runs tasks."""

import pytest

from components import executors, naming
from stacks.airflow_sections import EXECUTORS, ComponentsSettings

COMMON = {"scheduler", "api-server", "dag-processor", "triggerer"}


@pytest.mark.parametrize(
    ("executor", "more", "runners"),
    [
        ("CeleryExecutor", {"worker"}, {"worker"}),
        ("KubernetesExecutor", {"worker-kubernetes"}, {"worker-kubernetes"}),
        ("LocalExecutor", set(), {"scheduler"}),
        (
            "CeleryExecutor,KubernetesExecutor",
            {"worker", "worker-kubernetes"},
            {"worker", "worker-kubernetes"},
        ),
    ],
)
def test_an_executor_has_these_accounts_and_runs_tasks_there(
    executor: str, more: set[str], runners: set[str]
) -> None:
    assert set(executors.accounts(executor)) == COMMON | more
    assert executors.task_runners(executor) == runners


@pytest.mark.parametrize("executor", EXECUTORS)
def test_every_name_is_known_elsewhere(executor: str) -> None:
    assert set(executors.accounts(executor)) <= set(naming.COMPONENTS)
    assert set(executors.deployments(executor)) <= set(ComponentsSettings.model_fields)
    assert set(executors.finishing(executor)) <= set(executors.deployments(executor))


def test_part_of_a_name_is_not_the_name() -> None:
    """CeleryKubernetesExecutor is gone; whoever still writes it gets neither half by accident."""
    assert not executors.uses_celery("CeleryKubernetesExecutor")
    assert not executors.starts_pods("CeleryKubernetesExecutor")
    assert not executors.runs_in_scheduler("LocalKubernetesExecutor")
