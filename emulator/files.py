"""Files that only their owner may read, replaced whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700


def private_folder(path: Path) -> Path:
    """`path` as a folder of mode 0700; missing parents are made with the same mode."""
    for folder in [*reversed(path.parents), path]:
        if not folder.exists():
            folder.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
    return path


def write_private(path: Path, content: str | bytes, mode: int = PRIVATE_FILE) -> bool:
    """Replaces the file at once (an interrupted write leaves the old one). False if nothing changed."""
    body = content.encode() if isinstance(content, str) else content
    if path.is_file() and path.read_bytes() == body and path.stat().st_mode & 0o777 == mode:
        return False
    private_folder(path.parent)
    # mkstemp makes the file with mode 0600, so that the content is never readable by others.
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, mode)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return True


def remove(path: Path) -> None:
    """Removes a file, a link or a whole folder; nothing happens if it is not there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
