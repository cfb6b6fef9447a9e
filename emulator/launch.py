"""Starts one supervised program: reads its description from a private file and becomes it.

The supervisor's own `environment=` knows no escape for quotes, line ends or percent signs, and a program
must not inherit what the person who typed `make up` happens to have exported. So the supervisor starts this
file, isolated and importing nothing of ours, and the description gives command, environment and folder.
"""

import json
import os
import signal
import subprocess
import sys


def start_time(pid: int) -> str:
    """When a process began, as the system tells it; with the number it names one process for ever.

    Empty for a process that is gone or has ended.
    """
    if not os.path.exists("/proc/self/stat"):
        listing = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, check=False)
        return listing.stdout.decode(errors="replace").strip()
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            # The second field is the program's name in brackets and may hold spaces.
            fields = file.read().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] == "Z" else fields[19]


def members(group: int) -> list[int]:
    """Processes of a group that its leader may have left behind."""
    if os.path.exists("/proc/self/stat"):
        pids = [int(name) for name in os.listdir("/proc") if name.isdigit()]
    else:
        listing = subprocess.run(["ps", "-axo", "pid="], capture_output=True, check=False).stdout
        pids = [int(pid) for pid in listing.split()]
    return [pid for pid in pids if start_time(pid) and _ids(pid)[0] == group]


def _ids(pid: int) -> tuple[int, int]:
    """Group and session; zeros for a process that is gone."""
    try:
        return os.getpgid(pid), os.getsid(pid)
    except OSError:
        return 0, 0


def end_former(file: str) -> None:
    """Ends what outlived this program's former self, as the end of a container takes all of its processes.

    Otherwise an orphan would keep the port, or work on a task beside the one that is started now. The group's
    number may have gone to somebody else since; nobody else has a group in our keeper's session.
    """
    try:
        with open(file, encoding="utf-8") as former:
            group, _, started = former.read().partition(" ")
    except FileNotFoundError:
        return
    if not group.isdigit() or started == start_time(int(group)):
        return
    if any(_ids(pid)[1] == os.getsid(0) for pid in members(int(group))):
        os.killpg(int(group), signal.SIGKILL)


def main() -> None:
    """Replaces this process by the described one; the command line shows no secret."""
    description = sys.argv[1]
    with open(description, encoding="utf-8") as file:
        program = json.load(file)
    # Our number outlives the exec below, and with it whoever looks for processes that nobody keeps.
    number = os.path.splitext(description)[0] + ".pid"
    end_former(number)
    with open(number, "w", encoding="utf-8") as file:
        file.write(f"{os.getpid()} {start_time(os.getpid())}")
    # These are for programs that talk to their keeper; ours must not know that they have one.
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("SUPERVISOR_")}
    environment = {**inherited, **program["environment"]}
    os.chdir(program["directory"])
    command = program["command"]
    os.execvpe(command[0], command, environment)  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    main()
