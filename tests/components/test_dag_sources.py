"""What DAG sources need in the namespace and in IAM, and how a generator behaves."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from components import dag_folder, dag_generator
from components.dag_bundles import DagBucket
from components.dag_sources import DagSources, dag_sources_args
from components.pod_policies import component_policy
from offline import Graph, plain, record_program

from .airflow_samples import settings

SMALL = {"source": "config_map", "name": "small", "folder": "dags/smoke"}
FILLED = {"source": "claim", "name": "efs", "claim": "dags-efs", "fill": {"command": ["cp", "a", "b"]}}
NIGHTLY = {"source": "generated", "name": "nightly", "command": ["x"], "run": "cron", "claim": "dags-found"}
GRANT = {
    "bucket_arn": "arn:aws:s3:::logs",
    "log_prefix": "logs",
    "key_arn": "arn:key",
    "region": "us-east-1",
    "partition": "aws",
    "account_id": "111122223333",
    "stack": "prod",
}


def build(*sources: dict[str, Any]) -> Graph:
    def program() -> None:
        args = dag_sources_args(settings(dags=list(sources)), "airflow", {"team": "data"})
        assert args is not None
        DagSources("dags", args)

    return record_program(program)


def test_sources_without_objects_need_no_component() -> None:
    claim = {key: value for key, value in FILLED.items() if key != "fill"}
    sidecar = {"source": "generated", "name": "a", "command": ["x"]}
    assert dag_sources_args(settings(dags=[{"source": "image"}, claim, sidecar]), "airflow", {}) is None


def test_a_config_map_holds_the_folders_files() -> None:
    made = build(SMALL).only("kubernetes:core/v1:ConfigMap")
    assert made.inputs["data"] == dag_folder.dag_files("dags/smoke")
    assert made.inputs["metadata"]["name"].startswith("airflow-dags-small-")
    assert made.inputs["metadata"]["labels"] == {"team": "data"}


def test_a_claim_is_filled_by_a_job_that_runs_again_when_it_changes() -> None:
    job = build(FILLED).only("kubernetes:batch/v1:Job")
    pod = plain(job.inputs)["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert container["command"] == ["cp", "a", "b"]
    assert container["volumeMounts"] == [{"name": "dags-efs", "mountPath": "/opt/airflow/sources/efs"}]
    assert pod["automountServiceAccountToken"] is False
    again = build({**FILLED, "fill": {"command": ["cp", "a", "b"], "generation": 2}})
    name = again.only("kubernetes:batch/v1:Job").inputs["metadata"]["name"]
    assert name != job.inputs["metadata"]["name"]
    assert build(FILLED).only("kubernetes:batch/v1:Job").inputs["metadata"] == job.inputs["metadata"]


@pytest.mark.parametrize(("seconds", "schedule"), [(300, "*/5 * * * *"), (3600, "0 * * * *")])
def test_a_cron_job_writes_the_claim_at_its_interval(seconds: int, schedule: str) -> None:
    made = build({**NIGHTLY, "interval_seconds": seconds}).only("kubernetes:batch/v1:CronJob")
    spec = plain(made.inputs)["spec"]
    assert (spec["schedule"], spec["concurrencyPolicy"]) == (schedule, "Forbid")
    pod = spec["jobTemplate"]["spec"]["template"]["spec"]
    assert pod["volumes"] == [{"name": "dags-nightly", "persistentVolumeClaim": {"claimName": "dags-found"}}]
    assert pod["serviceAccountName"] == "airflow-dag-processor"


def test_a_folder_that_is_no_text_or_too_large_is_refused(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(dag_folder, "PROJECT", tmp_path)
    (tmp_path / "a.py").write_text("x" * dag_folder.CONFIG_MAP_BYTES)
    (tmp_path / ".hidden").write_bytes(b"\xff")
    assert dag_folder.size_bytes(dag_folder.dag_files(".")) == dag_folder.CONFIG_MAP_BYTES + len("a.py")
    (tmp_path / "b.py").write_bytes(b"\xff")
    with pytest.raises(ValueError, match=r"b\.py is not text"):
        dag_folder.dag_files(".")


@pytest.mark.parametrize(
    ("component", "executor", "reads"),
    [
        ("dag-processor", "CeleryExecutor", True),
        ("worker", "CeleryExecutor", True),
        ("triggerer", "CeleryExecutor", True),
        ("scheduler", "CeleryExecutor", False),
        ("scheduler", "LocalExecutor", True),
        ("api-server", "CeleryExecutor", False),
    ],
)
def test_who_loads_dags_may_read_their_bucket(component: str, executor: str, reads: bool) -> None:
    bucket = DagBucket(name="team-dags", prefix="prod", key_arn="arn:dag-key")
    statements = json.loads(component_policy(component, executor, GRANT, [bucket]))["Statement"]
    found = {(str(s["Action"]), str(s["Resource"])) for s in statements}
    expected = {
        ("s3:ListBucket", "arn:aws:s3:::team-dags"),
        ("s3:GetObject", "arn:aws:s3:::team-dags/prod/*"),
        ("kms:Decrypt", "arn:dag-key"),
    }
    assert found & expected == (expected if reads else set())


class Generator:
    """Runs a generator's container on this machine, in a folder."""

    def __init__(self, root: Path, *command: str) -> None:
        section = settings(dags=[{"source": "generated", "name": "found", "command": list(command)}])
        source = section.dags[0]
        assert source.source == "generated"
        self.root, self.container = root, dag_generator.once(section, source)

    def run(self) -> int:
        environment = {**os.environ, "DAGS_ROOT": str(self.root), "INTERVAL_SECONDS": ""}
        return subprocess.run(self.container["command"], env=environment, check=False).returncode

    def files(self) -> dict[str, str]:
        return {path.name: path.read_text() for path in (self.root / "current").iterdir()}


def test_a_generators_files_appear_at_once_and_old_ones_go(tmp_path: Path) -> None:
    first = Generator(tmp_path, "sh", "-c", 'echo 1 > "$DAGS_FOLDER/a.py"')
    assert first.run() == 0
    assert first.files() == {"a.py": "1\n"}
    second = Generator(tmp_path, "sh", "-c", 'echo 2 > "$DAGS_FOLDER/b.py"')
    assert second.run() == 0
    assert second.files() == {"b.py": "2\n"}
    assert len([path for path in tmp_path.iterdir() if not path.is_symlink()]) == 1


def test_a_generator_that_fails_changes_nothing(tmp_path: Path) -> None:
    Generator(tmp_path, "sh", "-c", 'echo 1 > "$DAGS_FOLDER/a.py"').run()
    broken = Generator(tmp_path, "sh", "-c", 'echo 2 > "$DAGS_FOLDER/b.py"; exit 3')
    assert broken.run() != 0
    assert broken.files() == {"a.py": "1\n"}
    assert len(list(tmp_path.iterdir())) == 2
