"""The program under the real `pulumi`: copied stack files, state in a local folder, providers of our own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

from offline import ROOT
from offline.graph import STACK_TYPE
from tests.engine.provider import CHANGED

PROGRAMS: Mapping[str, tuple[str, ...]] = {
    f"pulumi-resource-{name}": ("tests.engine.provider", name) for name in ("aws", "kubernetes", "random")
}
"""Name of an executable on the engine's PATH to the module that it runs, and its first arguments."""
ROOMS = ("components", "dags", "offline", "policies", "stacks")
COMMAND_SECONDS = 300


class Project:
    """Runs `pulumi` with one home, one state and one copy of the program, all below `folder`."""

    def __init__(self, folder: Path, programs: Mapping[str, tuple[str, ...]] = PROGRAMS) -> None:
        self.program = folder / "program"
        self.program.mkdir(parents=True)
        # Copies: tests edit them, and the CLI writes the salt of the state's encryption into the stack file.
        for name in ("__main__.py", "Pulumi.yaml"):
            shutil.copy(ROOT / name, self.program)
        for name in ROOMS:
            shutil.copytree(ROOT / name, self.program / name, ignore=shutil.ignore_patterns("__pycache__"))
        (self.program / ".venv").symlink_to(sys.prefix)
        self.state_folder = folder / "state"
        for each in (self.state_folder, folder / "home"):
            each.mkdir()
        self.environment = {
            **os.environ,
            "PATH": f"{_executables(folder / 'bin', programs)}{os.pathsep}{os.environ['PATH']}",
            "PULUMI_HOME": str(folder / "home"),
            "PULUMI_BACKEND_URL": f"file://{self.state_folder}",
            "PULUMI_CONFIG_PASSPHRASE": "only for this test",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        }

    def copy(self, folder: Path) -> Project:
        """Another project with the same stacks in the same state."""
        made = Project(folder)
        copied = shutil.ignore_patterns(".venv")
        for name in ("program", "state"):
            shutil.copytree(self.program.parent / name, folder / name, ignore=copied, dirs_exist_ok=True)
        return made

    def run(self, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
        """`pulumi arguments... <given`, whatever its exit code."""
        return subprocess.run(
            ["pulumi", *arguments, "--non-interactive"],
            cwd=self.program,
            env=self.environment,
            input=given,
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )

    def output(self, *arguments: str, given: str = "") -> str:
        """What `pulumi arguments... <given` prints; fails the test with its messages if it fails."""
        done = self.run(*arguments, given=given)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def planned(self, stack: str) -> tuple[dict[str, str], str]:
        """URN to what a preview would do to it, and all that the preview writes.

        The stack itself and what stays the same are left out; the steps of a replacement count as one.
        """
        written = self.output("preview", "--stack", stack, "--json")
        found: dict[str, str] = {}
        for step in json.loads(written)["steps"]:
            if step["op"] != "same" and f"::{STACK_TYPE}::" not in step["urn"]:
                found[step["urn"]] = "replace" if "replace" in step["op"] else step["op"]
        return found, written

    def changes(self, stack: str) -> dict[str, str]:
        """The first of both."""
        return self.planned(stack)[0]

    def drift(self, stack: str, changed: dict[str, dict[str, Any] | None]) -> str:
        """What a refreshing preview writes after these changes in the cloud; None: the resource is gone."""
        self.environment[CHANGED] = json.dumps(changed)
        try:
            return self.output("preview", "--stack", stack, "--refresh", "--json")
        finally:
            del self.environment[CHANGED]

    def state(self, stack: str) -> dict[str, dict[str, Any]]:
        """URN to what the state holds of the resource, the stack itself left out."""
        state = json.loads(self.output("stack", "export", "--stack", stack))["deployment"]
        return {each["urn"]: each for each in state.get("resources", []) if each["type"] != STACK_TYPE}

    def edit(self, stack: str, change: Callable[[dict[str, Any]], None]) -> None:
        """Changes a stack's configuration in its file."""
        file = self.program / "stacks" / f"Pulumi.{stack}.yaml"
        content = yaml.safe_load(file.read_text())
        change(content["config"])
        file.write_text(yaml.safe_dump(content))


def _executables(folder: Path, programs: Mapping[str, tuple[str, ...]]) -> Path:
    folder.mkdir()
    for name, (module, *arguments) in programs.items():
        executable = folder / name
        setting = f"import runpy, sys; sys.path.insert(0, {str(ROOT)!r}); sys.argv[1:1] = {arguments!r}"
        executable.write_text(
            f"#!{sys.executable}\n{setting}\nrunpy.run_module({module!r}, run_name='__main__')\n"
        )
        executable.chmod(0o755)
    return folder
