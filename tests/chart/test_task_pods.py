"""A task's pod: the rendered template, and a task's own `executor_config={"pod_override": ...}` over it.

Reconciled by Airflow's own code, in Airflow's own environment. Needs AIRFLOW_CHART and `make setup`; skips,
saying so, without.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest

from offline import ROOT

from .rendering import needs_chart, task_pod

PYTHON = ROOT / ".venv-airflow" / "bin" / "python"
pytestmark = [
    *needs_chart,
    pytest.mark.skipif(not PYTHON.exists(), reason="no Airflow in .venv-airflow; `make setup` makes it"),
]
SPOT = {"key": "spot", "operator": "Equal", "value": "true", "effect": "NoSchedule"}
POOL = {"key": "example.com/pool", "operator": "Exists", "effect": "NoExecute"}
OWN = {
    "spec": {
        "nodeSelector": {"example.com/pool": "large", "accelerator": "gpu"},
        "tolerations": [POOL],
        "containers": [
            {
                "name": "base",
                "resources": {
                    "requests": {"cpu": "4", "memory": "16Gi"},
                    "limits": {"cpu": "8", "memory": "16Gi"},
                },
                "env": [{"name": "OWN", "value": "1"}],
            }
        ],
    }
}


@pytest.fixture(scope="module")
def pods(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    home = tmp_path_factory.mktemp("airflow")
    return {name: reconciled(home, override) for name, override in (("plain", None), ("own", OWN))}


def reconciled(home: Path, override: dict[str, Any] | None) -> dict[str, Any]:
    given = json.dumps({"template": task_pod("placed"), "override": override})
    environment = {
        **os.environ,
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": "sqlite://",
    }
    script = Path(__file__).with_name("reconcile.py")
    done = subprocess.run(
        [PYTHON, script], input=given, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout[done.stdout.index('{"') :])


def base(pod: dict[str, Any]) -> dict[str, Any]:
    (container,) = pod["spec"]["containers"]
    assert container["name"] == "base"
    return container


def test_a_task_gets_size_and_place_of_the_settings(pods: dict[str, dict[str, Any]]) -> None:
    pod = pods["plain"]
    assert base(pod)["resources"] == {
        "requests": {"cpu": "500m", "memory": "1Gi"},
        "limits": {"cpu": "2", "memory": "4Gi"},
    }
    assert pod["spec"]["nodeSelector"] == {"example.com/pool": "tasks"}
    assert pod["spec"]["tolerations"] == [SPOT]


def test_a_tasks_own_size_and_place_win(pods: dict[str, dict[str, Any]]) -> None:
    pod, own = pods["own"], OWN["spec"]
    assert base(pod)["resources"] == own["containers"][0]["resources"]
    assert pod["spec"]["nodeSelector"] == own["nodeSelector"]
    assert pod["spec"]["tolerations"] == own["tolerations"]


def test_what_a_task_does_not_say_stays(pods: dict[str, dict[str, Any]]) -> None:
    """Account, certificates, Secrets, smoke DAG, security context: no override loses them."""
    plain, own = pods["plain"], pods["own"]
    for field in ("serviceAccountName", "securityContext", "volumes", "terminationGracePeriodSeconds"):
        assert own["spec"][field] == plain["spec"][field], field
    for field in ("image", "args", "securityContext"):
        assert base(own)[field] == base(plain)[field], field
    for field, key in (("volumeMounts", "mountPath"), ("env", "name")):
        assert {e[key] for e in base(plain)[field]} <= {e[key] for e in base(own)[field]}, field
    assert {"name": "OWN", "value": "1"} in base(own)["env"]


@pytest.mark.parametrize("name", ["plain", "own"])
def test_the_pod_is_valid_for_kubernetes(pods: dict[str, dict[str, Any]], name: str) -> None:
    kubernetes_validate.validate(pods[name], "1.35", strict=True)
