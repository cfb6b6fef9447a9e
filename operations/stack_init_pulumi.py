"""Pulumi's half: log in to the bucket and initialise the stack, or print the commands that do."""

import json
import shutil
from pathlib import Path

from operations.errors import OperationError
from operations.programs import run
from operations.stack_file import StackFile
from operations.stack_init_report import Steps
from operations.state_names import StateNames

TIMEOUT_SECONDS = 300


def commands(stack: StackFile, names: StateNames) -> list[list[str]]:
    """What a person without the CLI on PATH would type later."""
    init = ["pulumi", "stack", "init", stack.name, "--secrets-provider", names.secrets_provider]
    return [["pulumi", "login", names.backend_url], init]


def ensure_stack(stack: StackFile, names: StateNames, steps: Steps, folder: Path) -> bool:
    """True if the stack exists in the bucket and its file names our key; False without the CLI."""
    login, init = commands(stack, names)
    if not shutil.which("pulumi"):
        print("pulumi is not on PATH; once it is, run in this folder:")
        for command in (login, init):
            print("  " + " ".join(f"'{word}'" if "?" in word else word for word in command))
        return False
    if stack.secrets_provider not in (None, names.secrets_provider):
        raise OperationError(
            f"{stack.path}: its secrets provider is {stack.secrets_provider}; change it with "
            f"pulumi stack change-secrets-provider '{names.secrets_provider}', then run this again"
        )
    _pulumi(login, folder)
    steps.tell("ok", f"pulumi login {names.backend_url}")
    if stack.name in _stacks(folder):
        if stack.secrets_provider is None:
            raise OperationError(
                f"{stack.path}: the stack exists, but its file has lost secretsprovider and encryptedkey; "
                "take them from the commit that followed its pulumi stack init"
            )
        _pulumi(["pulumi", "stack", "select", stack.name], folder)
        steps.tell("ok", f"pulumi stack {stack.name}")
        return True
    _pulumi(init, folder)
    steps.tell("made", f"pulumi stack {stack.name}; commit {stack.path}, which now names its key")
    return True


def _stacks(folder: Path) -> set[str]:
    """Names in this project; the back end may qualify them as organization/project/name."""
    found = json.loads(_pulumi(["pulumi", "stack", "ls", "--json"], folder) or "[]")
    return {str(stack["name"]).rsplit("/", 1)[-1] for stack in found}


def _pulumi(command: list[str], folder: Path) -> str:
    return run([*command, "--non-interactive"], folder=folder, seconds=TIMEOUT_SECONDS)
