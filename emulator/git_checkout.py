"""git-sync beside a release: one supervised process that keeps the repository checked out for all pods."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from emulator import errands, git_sync
from emulator.airflow_substitutions import image_environment
from emulator.chart_defaults import effective
from emulator.errors import EmulatorError
from emulator.files import write_private
from emulator.machine import Machine
from emulator.pods import Pod
from emulator.programs import Program
from emulator.readiness import tail

NAME = "git-sync"
_FIRST_SECONDS = 300
_SSH_KEY = "gitSshKey"
"""Under which the chart expects the key in its Secret."""


def checkout(machine: Machine) -> Path:
    """The folder that the pods see."""
    return machine.state.folder(NAME)


def programs(machine: Machine, values: Mapping[str, Any], namespace: str) -> list[Program]:
    """What is to be supervised; empty where the release has no git-sync."""
    git = effective(values)["dags"]["gitSync"]
    if not git["enabled"]:
        return []
    settings = {
        "GITSYNC_REPO": git["repo"],
        "GITSYNC_REF": git["ref"],
        "GITSYNC_ROOT": str(checkout(machine)),
        "GITSYNC_PERIOD": git["period"],
        **_access(machine, git, namespace),
    }
    return [
        Program(
            name=NAME,
            command=[sys.executable, "-I", "-S", str(Path(git_sync.__file__))],
            environment={**image_environment(), **settings},
        )
    ]


def first(machine: Machine, owner: str, program: Program) -> None:
    """Awaits the first checkout, as the chart's init container does, unless the process is there already.

    Raises EmulatorError with the reason.
    """
    if machine.supervisor.as_wanted(owner, program):
        return
    log = machine.state.logs / f"{NAME}-init.log"
    environment = {**program.environment, "GITSYNC_ONE_TIME": "true"}
    pod = Pod(root=machine.state.root, command=program.command, environment=environment)
    if errands.run_all(machine.state, [pod], log, time.monotonic() + _FIRST_SECONDS):
        repository = environment["GITSYNC_REPO"]
        raise EmulatorError(
            f"git-sync cannot fetch {repository}; see repository and ref in airflow:airflow.dags, and the key"
            f" or token. Last lines of {log}:\n{tail(log)}"
        )


def _access(machine: Machine, git: Mapping[str, Any], namespace: str) -> dict[str, str]:
    secrets = machine.state.kubernetes / namespace / "Secret"
    found = {}
    if git.get("sshKeySecret"):
        found["GITSYNC_SSH_KEY_FILE"] = str(secrets / git["sshKeySecret"] / _SSH_KEY)
    if git.get("knownHosts"):
        hosts = machine.state.folder(f"{NAME}-hosts") / "known_hosts"
        write_private(hosts, git["knownHosts"])
        found["GITSYNC_SSH_KNOWN_HOSTS_FILE"] = str(hosts)
    if git.get("credentialsSecret"):
        folder = secrets / git["credentialsSecret"]
        for name in ("GITSYNC_USERNAME", "GITSYNC_PASSWORD"):
            found[name] = (folder / name).read_text()
    return found
