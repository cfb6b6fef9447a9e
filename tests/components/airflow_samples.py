"""Airflow's section of a stack file, and what the components around it hand over; tests change one thing at
a time."""

from __future__ import annotations

from typing import Any

from components import naming
from components.chart_values import ChartInputs
from stacks.airflow_sections import AirflowSettings

SIZE = {"requests": {"cpu": "500m", "memory": "1Gi"}, "limits": {"cpu": "2", "memory": "4Gi"}}
COMPONENT = {"replicas": 2, **SIZE}

PINNED = {"repository": "registry.example/airflow", "tag": "3.3.2-1", "digest": f"sha256:{'0a' * 32}"}
"""An image by its digest."""

GIT = {
    "source": "git_sync",
    "name": "team",
    "repository": "git@github.com:example/dags.git",
    "ref": "release",
    "subpath": "dags",
    "period_seconds": 45,
    "known_hosts": "github.com ssh-ed25519 AAAA",
}

SOURCES = [
    {"source": "image"},
    GIT,
    {
        "source": "git",
        "name": "deployed",
        "repository": "git@github.com:example/other.git",
        "known_hosts": "github.com ssh-ed25519 AAAA",
    },
    {"source": "s3", "name": "bucket", "bucket": "team-dags", "prefix": "prod"},
    {"source": "claim", "name": "flux", "claim": "dags-efs"},
    {"source": "config_map", "name": "small", "folder": "dags/smoke"},
    {"source": "generated", "name": "found", "command": ["python", "-m", "discover"]},
]
"""Every source whose files reach the pods in a way of its own."""


def settings(**changes: Any) -> AirflowSettings:
    """A valid section with `changes` on top."""
    section = {
        "version": "3.3.2",
        "image": {"repository": "registry.example/airflow", "tag": "3.3.2-1"},
        "admin": {"username": "admin", "email": "admin@example.com"},
        "components": {
            "scheduler": COMPONENT,
            "api_server": COMPONENT,
            "dag_processor": COMPONENT,
            "triggerer": COMPONENT,
            "workers": {**COMPONENT, "concurrency": 8, "termination_grace_seconds": 3900},
        },
        "task_pods": SIZE,
    }
    return AirflowSettings.model_validate({**section, **changes})


def with_workers(**changes: Any) -> AirflowSettings:
    """The sample with other Celery workers."""
    plain = settings().model_dump()["components"]
    return settings(components={**plain, "workers": {**plain["workers"], **changes}})


INPUTS = ChartInputs(
    stack="prod",
    region="us-east-1",
    log_folder="s3://bucket/logs",
    role_arns={part: f"arn:aws:iam::111122223333:role/{part}" for part in naming.COMPONENTS},
    hashes={part: f"hash-of-{part}" for part in naming.COMPONENTS},
    smoke_config_map="airflow-smoke-1",
    smoke_files=["smoke.py"],
    dag_files={"small": {"one.py": "1"}},
    labels={"tags.airflow/Owner": "team"},
)
