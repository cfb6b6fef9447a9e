"""The stack files of a revision, as far as they can be read."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from offline.program import LOADER

_NAME = re.compile(r"[A-Za-z0-9_-]+")
_ENCRYPTION = ("secretsprovider", "encryptedkey", "encryptionsalt")
"""Keys of a stack file beside `config` that are followed; `environment` would bring more settings."""


@dataclass(frozen=True)
class StackFile:
    """One file: its `config`, or what is wrong with it."""

    config: dict[str, Any] = field(default_factory=dict)
    error: str = ""
    encryption: dict[str, str] = field(default_factory=dict)
    """What encrypts its secrets."""


def read_stack_files(tree: Path) -> dict[str, StackFile]:
    """Stack -> file, by name."""
    paths = sorted((tree / "stacks").glob("Pulumi.*.yaml"))
    return {_stack(path): read_stack_file(path) for path in paths}


def _stack(path: Path) -> str:
    return path.name.removeprefix("Pulumi.").removesuffix(".yaml")


def read_stack_file(path: Path) -> StackFile:
    """What is wrong is told without the text of the file, in which a secret may stand."""
    name = f"stacks/{path.name}"
    if not _NAME.fullmatch(_stack(path)):
        return StackFile(error=f"{name}: a stack's name has letters, digits, - and _")
    if path.is_symlink() or not path.is_file():
        return StackFile(error=f"{name}: not a file")
    try:
        found = yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER)  # noqa: S506 - a safe one
    except UnicodeDecodeError as problem:
        return StackFile(error=f"{name}: not UTF-8, from byte {problem.start + 1}; save it as UTF-8")
    except yaml.YAMLError as problem:
        mark = getattr(problem, "problem_mark", None)
        place = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        return StackFile(error=f"{name}: not YAML{place}")
    except (OSError, ValueError, RecursionError) as problem:
        return StackFile(error=f"{name}: cannot be read ({type(problem).__name__})")
    config = found.get("config", {}) if isinstance(found, dict) else None
    if config is None:
        config = {}
    if not isinstance(found, dict) or not isinstance(config, dict):
        return StackFile(error=f"{name}: should be a mapping with a mapping `config`")
    if strange := sorted(map(str, found.keys() - {"config", *_ENCRYPTION})):
        return StackFile(
            error=f"{name}: {strange[0]}: nobody can tell here what it does; have all under `config`"
        )
    return StackFile(
        config={_full(str(key)): value for key, value in config.items()},
        encryption={key: str(found[key]) for key in _ENCRYPTION if key in found},
    )


def _full(key: str) -> str:
    """Keys without a namespace are the project's own."""
    return key if ":" in key else f"airflow:{key}"
