"""Puts a mutant in the place of its module: what imports it is imported anew, and no file is touched."""

from __future__ import annotations

import ast
import importlib.machinery
import importlib.util
import sys
from collections.abc import Iterator
from functools import cache
from types import CodeType

from offline import ROOT
from tests.mutation.mutants import Mutant

PROGRAM = ("components", "stacks", "reference", "review", "emulator", "operations")
"""Rooms that are imported anew for each mutant. What judges (offline, policies) and the SDKs stay."""


def forget(changed: str | None = None) -> None:
    """As if the program, or what depends on a changed module, had never been imported."""
    gone = None if changed is None else dependents(changed)
    for name in list(sys.modules):
        if name.split(".")[0] in PROGRAM and (gone is None or name in gone):
            del sys.modules[name]
            package, _, own = name.rpartition(".")
            if hasattr(sys.modules.get(package), own):  # `from package import module` asks the package first
                delattr(sys.modules[package], own)


def dependents(changed: str) -> set[str]:
    """The module and all that import it, or import those; what needs it by name alone does too."""
    needed, found = imported(), {changed}
    while more := {name for name, names in needed.items() if name not in found and names & found}:
        found |= more
    return found


@cache
def imported() -> dict[str, set[str]]:
    """Module of the program to what its source imports."""
    found = {}
    for path in (file for room in PROGRAM for file in (ROOT / room).rglob("*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        found[name] = set(_imports(ast.parse(path.read_text())))
    return found


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names))


def install(mutant: Mutant) -> None:
    """From now on the mutant is imported in place of its module; no file is touched."""
    forget(mutant.module)
    code, path = mutant.code(), str(ROOT / mutant.file)

    class Weakened(importlib.machinery.SourceFileLoader):
        def get_code(self, fullname: str) -> CodeType:
            return code

    class Finder:
        @staticmethod
        def find_spec(name: str, *_: object) -> importlib.machinery.ModuleSpec | None:
            if name != mutant.module:
                return None
            return importlib.util.spec_from_file_location(name, path, loader=Weakened(name, path))

    sys.meta_path.insert(0, Finder())  # type: ignore[arg-type]  # it has what the protocol is called with
    sys.dont_write_bytecode = True
