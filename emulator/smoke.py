"""Runs the smoke test against the emulated stack, as anybody could: by URL, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from emulator.files import write_private
from emulator.machine import Machine
from emulator.programs import errand
from emulator.realise import access

ROOT = Path(__file__).resolve().parent.parent


def run(machine: Machine) -> bool:
    """True if it passes; its own report goes to standard output."""
    target = access(machine)
    command = [sys.executable, "-m", "operations.smoke", "--url", target.url, "--username", target.username]
    command += ["--password-file", str(target.password_file), "--bucket", target.bucket]
    command += ["--log-prefix", target.log_prefix, "--ssm-prefix", target.ssm_prefix]
    command += ["--region", machine.region, "--endpoint-url", machine.substitutions.aws_endpoint_url]
    own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment = {**own, **machine.substitutions.environment(), **errand(machine.state)}
    passed = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode == 0
    write_private(_file(machine), json.dumps({"passed": passed, "time": time.time(), "what": _what(machine)}))
    return passed


def still_holds(machine: Machine) -> str:
    """When it passed, if nothing has been changed or restarted since; else an empty text."""
    try:
        last = json.loads(_file(machine).read_text())
    except (OSError, ValueError):
        return ""
    if not last["passed"] or last["what"] != _what(machine):
        return ""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(last["time"]))


def _file(machine: Machine) -> Path:
    return machine.state.root / "smoke.json"


def _what(machine: Machine) -> dict[str, int]:
    """The running processes: whatever change reaches Airflow restarts one of them."""
    return {process.name: process.pid for process in machine.supervisor.status()}
