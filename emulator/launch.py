"""Starts one supervised program: reads its description from a private file and becomes it.

The supervisor's own `environment=` knows no escape for quotes, line ends or percent signs, and a program
must not inherit what the person who typed `make up` happens to have exported. So the supervisor starts this
file, isolated and importing nothing of ours, and the description gives command, environment and folder.
"""

import json
import os
import sys


def main() -> None:
    """Replaces this process by the described one; the command line shows no secret."""
    with open(sys.argv[1], encoding="utf-8") as file:
        program = json.load(file)
    # These are for programs that talk to their keeper; ours must not know that they have one.
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("SUPERVISOR_")}
    environment = {**inherited, **program["environment"]}
    os.chdir(program["directory"])
    command = program["command"]
    os.execvpe(command[0], command, environment)  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    main()
