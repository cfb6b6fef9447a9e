"""What a supervised process is, and the files through which the supervisor learns of it."""

from __future__ import annotations

import hashlib
import json
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path

from emulator.files import write_private
from emulator.paths import State

LAUNCH = Path(__file__).with_name("launch.py")
LOG_BYTES = 20 * 1024 * 1024
MARKER = "EMULATOR_STATE"
"""Environment variable of every process that belongs to a stack; its value is the state's folder."""
ERRAND = "EMULATOR_ERRAND"
"""The same of those that a run starts and waits for: Jobs, single commands, the smoke test."""


def errand(state: State) -> dict[str, str]:
    """What the environment of such a process needs, so that the next run finds it if this one is killed."""
    return {MARKER: str(state.root), ERRAND: str(state.root)}


@dataclass(frozen=True, kw_only=True)
class Program:
    """One long-running process. Secrets belong in `environment`, never in `command`."""

    name: str
    """Unique in the stack; names the log file too."""

    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    """Added to a small clean environment (PATH, HOME, LANG); nothing else is inherited."""

    directory: str | Path | None = None
    """Working folder; the stack's state folder unless given."""

    stop_signal: str = "TERM"
    stop_wait_seconds: int = 10
    """Time to end by itself; then its whole process group is killed."""

    start_seconds: int = 1
    """It counts as started when it has lived this long."""

    start_retries: int = 3
    priority: int = 999
    """Low numbers stop last."""


def description(state: State, owner: str, program: Program) -> str:
    """The private JSON that `launch.py` reads; equal descriptions mean that nothing has to restart."""
    body = asdict(program)
    body["owner"] = owner
    body["directory"] = str(program.directory or state.root)
    body["environment"] = {**program.environment, MARKER: str(state.root)}
    return json.dumps(body, sort_keys=True, indent=1) + "\n"


def _escape(value: str | Path) -> str:
    """A value for supervisord's file, where % starts an expansion and ` ;` a comment."""
    return str(value).replace("%", "%%")


def _quote(path: str | Path) -> str:
    return '"' + _escape(path).replace("\\", "\\\\").replace('"', '\\"') + '"'


def section(state: State, program: Program, body: str) -> str:
    """supervisord's section. The digest makes a changed description a changed program."""
    file = state.programs / f"{program.name}.json"
    command = " ".join(_quote(part) for part in (sys.executable, "-I", "-S", LAUNCH, file))
    lines = [
        f"[program:{program.name}]",
        f"command={command}",
        f'environment=EMULATOR_DIGEST="{hashlib.sha256(body.encode()).hexdigest()}"',
        "autostart=false",
        "autorestart=true",
        f"startsecs={program.start_seconds}",
        f"startretries={program.start_retries}",
        f"stopsignal={program.stop_signal}",
        f"stopwaitsecs={program.stop_wait_seconds}",
        f"priority={program.priority}",
        "stopasgroup=false",
        "killasgroup=true",
        "redirect_stderr=true",
        f"stdout_logfile={_escape(state.logs / program.name)}.log",
        f"stdout_logfile_maxbytes={LOG_BYTES}",
        "stdout_logfile_backups=2",
    ]
    return "\n".join(lines) + "\n"


def write(state: State, owner: str, program: Program) -> bool:
    """Writes both files; True if the program is new or differs from what was written before."""
    body = description(state, owner, program)
    changed = write_private(state.programs / f"{program.name}.json", body)
    configured = write_private(state.programs / f"{program.name}.conf", section(state, program, body))
    return changed or configured


def written(state: State, owner: str, program: Program) -> bool:
    """True if this is what was written last."""
    file = state.programs / f"{program.name}.json"
    return file.exists() and file.read_text() == description(state, owner, program)


def owned(state: State, owner: str | None = None) -> list[str]:
    """Names of the programs that were written, of one owner or of all."""
    found = []
    for file in sorted(state.programs.glob("*.json")):
        if owner is None or json.loads(file.read_text())["owner"] == owner:
            found.append(file.stem)
    return found


def by_priority(state: State) -> list[list[str]]:
    """Names in the order in which they stop: the highest priority number first, equals together."""
    levels: dict[int, list[str]] = {}
    for file in sorted(state.programs.glob("*.json")):
        levels.setdefault(int(json.loads(file.read_text())["priority"]), []).append(file.stem)
    return [levels[number] for number in sorted(levels, reverse=True)]


def forget(state: State, name: str) -> None:
    """Removes a program's files; its log stays for the reader."""
    (state.programs / f"{name}.conf").unlink(missing_ok=True)
    (state.programs / f"{name}.json").unlink(missing_ok=True)
