"""The printed script does its work, and does it again."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from operations.access import place_of, script
from operations.access_policies import policies
from operations.stack_file import read_stack_file

FAKE = Path(__file__).with_name("fake_aws.py")
STACK = read_stack_file("dev")
ENTRY = f"arn:aws:iam::{STACK.account_id}:role/airflow-dev-deployer"
Script = Callable[[], dict[str, Any]]


@pytest.fixture
def run(tmp_path: Path) -> Script:
    """Runs the deployer's script with the fake `aws`, and tells what there is afterwards."""
    state = tmp_path / "state.json"
    state.write_text(json.dumps({"policies": {}, "attached": [], "entries": {}, "made": 0}))
    for name, text in {"aws": f'exec {sys.executable} {FAKE} "$@"', "kubectl": "cat >/dev/null"}.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / name).chmod(0o755)
    fake = {"FAKE_AWS": str(state), "FAKE_AWS_ACCOUNT": STACK.account_id}
    environment = {**os.environ, **fake, "PATH": f"{tmp_path}:{os.environ['PATH']}"}

    def once() -> dict[str, Any]:
        text = "\n".join(script(STACK, "deployer"))
        ran = subprocess.run(["sh"], input=text, env=environment, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stderr
        return json.loads(state.read_text())

    return once


def in_force(state: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        v["Document"] for versions in state["policies"].values() for v in versions if v["IsDefaultVersion"]
    ]


def test_the_script_may_be_run_again_and_again(run: Script) -> None:
    wanted = [json.loads(document) for document in policies("deployer", place_of(STACK))]
    for times in range(1, 8):
        state = run()
        assert in_force(state) == wanted
        assert state["attached"] == sorted(state["policies"])
        assert state["entries"] == {ENTRY: "airflow-deployers-airflow"}
        made = [int(version["VersionId"][1:]) for version in next(iter(state["policies"].values()))]
        step = len(wanted)  # each run makes a version of each policy; the newest five are left
        assert made == [1 + step * run for run in reversed(range(max(0, times - 5), times))]
