"""What the emulator does with each executor: runs it, says what is missing, or refuses before anything is
made."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from emulator import airflow_substitutions, realise
from emulator.backends.release import HelmRelease
from emulator.progress import Silent
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
