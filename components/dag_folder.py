"""Reads the folder of a small set of DAGs that travel in a ConfigMap. Pure but for reading the disk."""

from __future__ import annotations

from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
CONFIG_MAP_BYTES = 1_048_576
"""Kubernetes refuses a ConfigMap whose names and texts are longer."""
_IGNORE = ".airflowignore"


def dag_files(folder: str) -> dict[str, str]:
    """File name to text of a folder of this repository; folders and hidden files in it are left out.

    Empty where there is no such folder. Raises ValueError for a file that is not text.
    """
    found = {}
    for path in sorted((PROJECT / folder).glob("*")):
        if path.is_file() and (not path.name.startswith(".") or path.name == _IGNORE):
            try:
                found[path.name] = path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                raise ValueError(f"{path.name} is not text") from None
    return found


def size_bytes(files: dict[str, str]) -> int:
    """What Kubernetes counts of a ConfigMap."""
    return sum(len(name.encode()) + len(text.encode()) for name, text in files.items())
