"""Programs of the test's own on PATH, in the place of docker, kubectl, pulumi and aws."""

import sys
from pathlib import Path

from operations import stack_file


def put(name: str, body: str) -> Path:
    """A Python script `name` where the fixture `folder` has made PATH look; it notes how it was called."""
    folder = stack_file.ROOT / "bin"
    folder.mkdir(exist_ok=True)
    script, calls = folder / name, folder / f"{name}.calls"
    note = f"open({str(calls)!r}, 'a').write(' '.join(sys.argv[1:]) + '\\n')"
    script.write_text(f"#!{sys.executable}\nimport os, sys, time\n{note}\n{body}\n")
    script.chmod(0o755)
    return calls
