"""The mutants of a source: every weakening of every guarded setting, each with a name of its own."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType

from offline import ROOT
from tests.mutation.guarded import VALIDATORS, called, is_silent
from tests.mutation.operators import Edit, inside, of_condition, of_statement, other_values, replaced, shown

ANY_TEXT = r"'(?s).*'"
CONDITIONS = ("test", "ifs")
DROPPED_FROM = (ast.List, ast.Set, ast.Tuple, ast.Compare, ast.JoinedStr)
"""Where a constant is not changed: dropping the entry, or moving the bound, weakens more."""
Place = tuple[str, Edit]
"""Where in the file, such as `Database._watch`, and the edit."""


@dataclass(frozen=True)
class Mutant:
    """One weakened source."""

    file: str
    """Below the repository, such as `components/firewall.py`."""
    name: str
    """Unique in its file: where and what; without line numbers, so that it outlives edits nearby."""
    number: int
    """Which edit of the file it is."""

    @property
    def module(self) -> str:
        """As it is imported."""
        return self.file.removesuffix(".py").replace("/", ".").removesuffix(".__init__")

    def code(self) -> CodeType:
        """The weakened module, with the lines of the real one."""
        path = ROOT / self.file
        return weakened(path.read_text(), self.number, str(path), in_stacks=self.file.startswith("stacks/"))


def of_file(path: Path) -> list[Mutant]:
    """All mutants of a file, in the order of the source."""
    file = path.relative_to(ROOT).as_posix()
    return [
        Mutant(file, name, number)
        for number, name in names(path.read_text(), in_stacks=file.startswith("stacks/"))
    ]


def names(source: str, *, in_stacks: bool = False) -> Iterator[tuple[int, str]]:
    """Number and name of every mutant; a second one of the same name gets a count."""
    seen: Counter[str] = Counter()
    for number, (scope, (label, _)) in enumerate(Walk(ast.parse(source), in_stacks).places()):
        name = f"{scope}: {label}" if scope else label
        seen[name] += 1
        yield number, name if seen[name] == 1 else f"{name} ({seen[name]})"


def weakened(source: str, number: int, path: str, *, in_stacks: bool = False) -> CodeType:
    """The code after one edit."""
    tree = ast.parse(source)
    places = list(Walk(tree, in_stacks).places())
    places[number][1][1]()
    return compile(ast.fix_missing_locations(tree), path, "exec")


class Walk:
    """One pass over a tree."""

    def __init__(self, tree: ast.Module, in_stacks: bool) -> None:
        self._tree = tree
        self._in_stacks = in_stacks
        """Settings declare their bounds in annotations; elsewhere those are for the type checker."""

    def places(self) -> Iterator[Place]:
        """Every edit of the tree."""
        yield from self._below(self._tree, "", "")

    def _below(self, node: ast.AST, scope: str, owner: str) -> Iterator[Place]:
        yield from ((scope, edit) for edit in inside(node))
        name = called(node) if isinstance(node, ast.Call) else ""
        if isinstance(node, ast.Call) and name == "matching":
            yield scope, ("any text", replaced(node, "args", 1, ANY_TEXT))
            return
        for field, index, child in children(node):
            if self._is_read(node, field, child) and (
                name not in VALIDATORS or (field, index) == ("args", 1)
            ):
                yield from self._of_child(node, field, index, child, scope, owner)

    def _of_child(
        self, node: ast.AST, field: str, index: int | None, child: ast.AST, scope: str, owner: str
    ) -> Iterator[Place]:
        below, name = _scope(scope, node, child), _owner(node, field, index, owner)
        if isinstance(child, ast.stmt) and index is not None:
            yield from ((scope, edit) for edit in of_statement(node, field, index))
        if isinstance(child, ast.Raise):
            return
        if field in CONDITIONS and isinstance(child, ast.expr):
            yield from ((scope, edit) for edit in of_condition(node, field, index))
        if isinstance(child, ast.expr) and not isinstance(node, DROPPED_FROM):
            for source in other_values(child, name):
                label = f"{name}: {shown(child)} -> {source}" if name else f"{shown(child)} -> {source}"
                yield scope, (label, replaced(node, field, index, source))
        if not isinstance(child, ast.JoinedStr):
            yield from self._below(child, below, name)

    def _is_read(self, node: ast.AST, field: str, child: ast.AST) -> bool:
        """Whether there may be a guarded setting in this child."""
        if is_silent(child) or (field == "keys" and isinstance(node, ast.Dict)):
            return False
        of_type = field == "slice" and ast.unparse(getattr(node, "value", node)) != "Annotated"
        if of_type or field in ("annotation", "returns"):
            return self._in_stacks and isinstance(node, ast.AnnAssign)
        if field == "decorator_list":
            return self._in_stacks and "rule" in ast.unparse(child)
        # The first argument of a resource is its logical name, which the golden lists pin.
        return not (isinstance(node, ast.Call) and child is next(iter(node.args), None) and _names(node))


def _names(call: ast.Call) -> bool:
    """Whether a call creates a resource: a capital letter, and options."""
    return called(call)[:1].isupper() and any(keyword.arg == "opts" for keyword in call.keywords)


def children(node: ast.AST) -> Iterator[tuple[str, int | None, ast.AST]]:
    """Field, place in it where it is a list, and child."""
    for field, value in ast.iter_fields(node):
        if isinstance(value, ast.AST):
            yield field, None, value
        elif isinstance(value, list):
            yield from ((field, i, child) for i, child in enumerate(value) if isinstance(child, ast.AST))


def _scope(scope: str, node: ast.AST, child: ast.AST) -> str:
    """The names of classes, functions, fields and constants that lead to a node."""
    named = getattr(child, "name", None) if isinstance(child, ast.stmt) else None
    if isinstance(node, ast.Module | ast.ClassDef) and isinstance(child, ast.Assign | ast.AnnAssign):
        named = shown(child.targets[0] if isinstance(child, ast.Assign) else child.target)
    return ".".join(filter(None, (scope, named)))


def _owner(node: ast.AST, field: str, index: int | None, owner: str) -> str:
    """The name under which a value is given: keyword, key, or variable."""
    if isinstance(node, ast.keyword):
        return node.arg or ""
    if isinstance(node, ast.Dict) and field == "values" and index is not None:
        key = node.keys[index]
        return owner if key is None else shown(key)
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Attribute):
        return shown(node.targets[0])
    if isinstance(node, ast.stmt):
        return ""
    return owner
