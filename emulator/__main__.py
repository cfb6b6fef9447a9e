"""`python -m emulator COMMAND [STACK]`: the emulated stack from the command line."""

from __future__ import annotations

import argparse
import os
import sys
import time
import traceback
from collections.abc import Callable

import pulumi

from emulator import broken_dags, interruption, leftovers, realise, smoke
from emulator.errors import EmulatorError, of_system
from emulator.files import write_private
from emulator.machine import Machine
from emulator.paths import State
from emulator.progress import progress

LOG_LINES = 20


def up(stack: str) -> int:
    """Make the stack real (again: repair, update, or find all as wanted), then prove it."""
    shown = progress()
    interruption.stop_at_once(lambda: print(f"\nstopped; `make up STACK={stack}` continues from here"))
    machine = realise.machine_of(stack, shown)
    try:
        with machine.state.locked():
            realise.up(machine)
            shown.close()
            return _arrived(machine)
    except Exception as error:
        shown.close()
        raise _explained(machine.state, error) from error


def _arrived(machine: Machine) -> int:
    since = smoke.still_holds(machine)
    passed = bool(since) or smoke.run(machine)
    target = realise.access(machine)
    stack = machine.state.stack
    print(f"Airflow   {target.url}")
    print(f"user      {target.username}")
    print(f"password  .venv/bin/python -m emulator password {stack}")
    _tell_broken_dags(machine)
    print("smoke     " + (f"passed at {since}, nothing restarted since" if since else _verdict(passed)))
    return 0 if passed else 1


def _tell_broken_dags(machine: Machine) -> None:
    for line in broken_dags.lines(machine):
        print(f"broken DAG {line}")


def _verdict(passed: bool) -> str:
    return "passed" if passed else "FAILED, see above; make logs shows the processes' last lines"


def status(stack: str) -> int:
    """What runs, since when, and under which pid."""
    machine = _existing(stack)
    processes = machine.supervisor.status()
    for process in processes:
        age = f"{(time.time() - process.started) / 60:.0f} min" if process.pid else ""
        print(f"{process.name:28} {process.state:10} pid {process.pid or '-':<8} {age}")
    if not processes:
        print(f"stack {stack} is down")
    running = bool(processes) and all(process.state == "RUNNING" for process in processes)
    if running:  # else somebody else may listen where Airflow did, and would be given the password
        _tell_broken_dags(machine)
    return 0 if running else 1


def logs(stack: str) -> int:
    """The last lines of every process and Job."""
    for file in sorted(_existing(stack).state.logs.glob("*.log")):
        lines = file.read_bytes()[-20_000:].decode(errors="replace").splitlines()[-LOG_LINES:]
        print(f"==> {file} <==", *lines, "", sep="\n")
    return 0


def down(stack: str) -> int:
    """Stop every process of the stack; its data stays."""
    state = State(stack)
    if state.exists or leftovers.find(state):
        with state.locked():
            _end(state)
    print(f"stack {stack} is down")
    return 0


def clean(stack: str) -> int:
    """Stop it and remove its data."""
    state = State(stack)
    with state.locked():
        _end(state)
        state.remove()
    print(f"stack {stack} is removed")
    return 0


def _end(state: State) -> None:
    """Ends its processes, also those whose folder somebody has removed."""
    if state.exists:
        Machine(state).supervisor.shutdown()
    leftovers.end(state)


def smoke_test(stack: str) -> int:
    """Run the smoke DAG against the running stack."""
    machine = _existing(stack)
    with machine.state.locked():  # the next `make up` ends a smoke test that nobody waits for any more
        return 0 if smoke.run(machine) else 1


def password(stack: str) -> int:
    """Print the admin's password."""
    file = realise.access(_existing(stack)).password_file
    if not file.exists():
        raise EmulatorError(f"stack {stack} has no admin user with a password.")
    print(file.read_text())
    return 0


COMMANDS: dict[str, Callable[[str], int]] = {
    "up": up,
    "status": status,
    "logs": logs,
    "smoke": smoke_test,
    "password": password,
    "down": down,
    "clean": clean,
}


def _existing(stack: str) -> Machine:
    if not State(stack).exists:
        raise EmulatorError(f"stack {stack} was not brought up here; `make up STACK={stack}` does.")
    return realise.machine_of(stack)


def _explained(state: State, error: Exception) -> EmulatorError:
    """One sentence for the reader; the traceback of what nobody foresaw goes to a file."""
    if isinstance(error, OSError) and (known := of_system(error, state.home)):
        return known
    if isinstance(error, EmulatorError | pulumi.RunError) and not error.__cause__:
        return EmulatorError(str(error))
    text = str(error) if isinstance(error, EmulatorError) else f"{type(error).__name__}: {error}"
    file = state.logs / "up.log"
    write_private(file, "".join(traceback.format_exception(error)))
    return EmulatorError(f"{text} (details in {file})")


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0 if all is well, 1 otherwise."""
    parser = argparse.ArgumentParser(prog="python -m emulator", description=__doc__)
    parser.add_argument("command", choices=COMMANDS, help="; ".join(_help()))
    parser.add_argument("stack", nargs="?", default="local")
    given = parser.parse_args(arguments)
    # The person's own access to AWS has no business here, not even by accident.
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    try:
        return COMMANDS[given.command](given.stack)
    except (EmulatorError, pulumi.RunError, OSError) as error:
        known = of_system(error, State(given.stack).home) if isinstance(error, OSError) else error
        if known is None:
            raise
        print(f"emulator: {known}", file=sys.stderr)
        return 1


def _help() -> list[str]:
    return [f"{name}: {(function.__doc__ or '').splitlines()[0]}" for name, function in COMMANDS.items()]


if __name__ == "__main__":
    sys.exit(main())
