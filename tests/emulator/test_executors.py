"""What the emulator does with each executor: runs it, says what is missing, or refuses before anything is
made."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path

import pytest

from emulator import airflow_substitutions, realise, smoke
from emulator.backends.release import HelmRelease
from emulator.progress import Silent
from offline import ROOT
from tests.emulator import airflow_fixtures, fake_airflow
from tests.emulator.cli import runner
from tests.emulator.test_release import resource


def test_kubernetes_alone_is_refused_before_anything_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("EMULATOR_AIRFLOW", str(fake_airflow.install(tmp_path / "airflow")))
    changes: dict[str, object] = {"airflow": {"executor": "KubernetesExecutor"}, "cache": None}
    monkeypatch.setattr(realise, "up", partial(realise.up, overrides=changes))
    run = runner(tmp_path / "home", monkeypatch, capsys)
    try:
        assert "airflow:airflow.executor: KubernetesExecutor alone is not emulated" in run("up", "local").line
        root = tmp_path / "home" / "local"
        assert [path.name for path in (*root.glob("programs/*"), *root.glob("resources/*"))] == []
    finally:
        run("down", "local")  # nothing, unless the refusal is gone


class Heard(Silent):
    """Keeps what was said."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def say(self, text: str) -> None:
        self.lines.append(text)


@pytest.mark.emulator
def test_of_two_executors_celery_runs_and_the_other_is_said_to_be_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMULATOR_AIRFLOW", str(fake_airflow.install(tmp_path / "airflow")))
    here = airflow_fixtures.machine(tmp_path)
    here.ports.port("aws")
    here.progress = heard = Heard()
    try:
        HelmRelease(here).ensure(resource(executor="CeleryExecutor,KubernetesExecutor"), None)
        assert "airflow-worker" in {process.name for process in here.supervisor.status()}
        config = (here.state.pods / "airflow-scheduler" / "opt/airflow/airflow.cfg").read_text()
    finally:
        here.supervisor.shutdown()
    assert "\nexecutor = CeleryExecutor\n" in config
    assert heard.lines.count(airflow_substitutions.WITHOUT_PODS) == 1


@pytest.mark.emulator
@pytest.mark.skipif(
    not (ROOT / ".venv-airflow" / "bin" / "airflow").exists(),
    reason="Airflow's own environment is missing; `make setup` makes it",
)
def test_local_executor_runs_the_smoke_dag_in_the_scheduler(tmp_path_factory: pytest.TempPathFactory) -> None:
    home = tmp_path_factory.mktemp("local")
    machine = realise.machine_of("local", home=home)
    try:
        realise.up(machine, overrides={"airflow": {"executor": "LocalExecutor"}, "cache": None})
        running = {process.name for process in machine.supervisor.status()}
        assert {name for name in running if name.startswith("airflow-")} == {
            "airflow-api-server",
            "airflow-dag-processor",
            "airflow-scheduler",
            "airflow-triggerer",
        }
        assert [name for name in running if "cache" in name] == []
        assert smoke.run(machine)
    finally:
        machine.supervisor.shutdown()
        shutil.rmtree(home, ignore_errors=True)
