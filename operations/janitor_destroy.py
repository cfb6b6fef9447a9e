"""Destroys one stack by what its state says alone: its program and its stack file may be long gone."""

import os
import signal
import subprocess
import tempfile

from operations.errors import OperationError
from operations.stack_states import PROJECT
from operations.state_names import StateNames

DESTROY_SECONDS = 35 * 60
"""A database and a cache take about ten minutes each, a Helm release a few."""
REMOVE_SECONDS = 2 * 60
"""For the files of a state."""
STOP_SECONDS = 4 * 60
"""For Pulumi to end what is under way after an interrupt, and to take its lock away."""


def destroy(stack: str, names: StateNames) -> None:
    """All of its resources, then its state. Raises OperationError with Pulumi's last words."""
    # Outside of a project folder the CLI takes settings and key from the state instead of from a file.
    with tempfile.TemporaryDirectory() as folder:
        for command, seconds in (
            (["destroy", "--skip-preview"], DESTROY_SECONDS),
            (["stack", "rm"], REMOVE_SECONDS),
        ):
            _pulumi([*command, "--yes", "--stack", f"organization/{PROJECT}/{stack}"], folder, names, seconds)


def _pulumi(arguments: list[str], folder: str, names: StateNames, seconds: float) -> None:
    environment = {**os.environ, "PULUMI_BACKEND_URL": names.backend_url}
    words = f"pulumi {arguments[0]}"
    try:
        running = subprocess.Popen(
            ["pulumi", *arguments, "--non-interactive", "--color", "never"],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
    except OSError as error:
        raise OperationError(f"{words}: {type(error).__name__}; is it installed?") from None
    with running:
        try:
            said, _ = running.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            raise OperationError(f"{words}: not done after {seconds} s and {_stopped(running)}") from None
    if running.returncode:
        raise OperationError(f"{words}: {_last_error(said) or f'exit code {running.returncode}'}")


def _stopped(running: subprocess.Popen[str]) -> str:
    """Ends it: killed at once it would leave its lock, and every later run would wait for nobody."""
    running.send_signal(signal.SIGINT)
    try:
        running.communicate(timeout=STOP_SECONDS)
    except subprocess.TimeoutExpired:
        running.kill()
        running.communicate()
        return "killed; run pulumi cancel, then pulumi destroy"
    return "interrupted; the next run goes on"


def _last_error(said: str) -> str:
    lines = [" ".join(line.split()) for line in said.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("error:")]
    return (errors or lines or [""])[-1]
