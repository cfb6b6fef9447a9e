"""How one node of the source is weakened. Each edit changes the node in place, in a tree of its own."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator

from tests.mutation.guarded import BOUNDS, OPEN_STATEMENT, WIDER_OPERATORS, is_silent

Edit = tuple[str, Callable[[], None]]
"""What changes, and the change itself."""

ACTION = re.compile(r"[a-z0-9-]+:[A-Z]\w+\*?")
FLIPPED = {"True": "False", "False": "True", "Allow": "Deny", "Deny": "Allow"}
COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
}
"""The opposite; of an order, the value at the bound: that one is missed most easily."""
SHOWN = 60


def shown(node: ast.AST) -> str:
    """The node's source on one short line."""
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 3]}..."


def other_values(node: ast.expr, owner: str) -> Iterator[str]:
    """Sources of weaker values for a constant, by its kind."""
    if isinstance(node, ast.JoinedStr):
        yield "'other'"
    elif not isinstance(node, ast.Constant) or node.value is None:
        return
    elif isinstance(node.value, bool):
        yield str(not node.value)
    elif isinstance(node.value, int | float):
        yield from _numbers(node.value, owner)
    elif isinstance(node.value, str):
        yield repr(_text(node.value))


def _numbers(value: float, owner: str) -> Iterator[str]:
    if owner in BOUNDS:
        yield str(value + BOUNDS[owner])
    elif value == 0:
        yield "1"
    else:
        yield str(value * 10)
        yield str(value // 10 if isinstance(value, int) else value / 10)


def _text(text: str) -> str:
    if ACTION.fullmatch(text):
        return f"{text.partition(':')[0]}:*"
    if text.isdigit():
        return f"{text}0"
    return FLIPPED.get(text, "other")


def replaced(holder: ast.AST, field: str, index: int | None, source: str) -> Callable[[], None]:
    """The change of one child to an expression."""

    def apply() -> None:
        put(holder, field, index, ast.parse(source, mode="eval").body)

    return apply


def put(holder: ast.AST, field: str, index: int | None, new: ast.AST) -> None:
    """Sets a child, with the place of the one it replaces."""
    children = getattr(holder, field)
    old = children if index is None else children[index]
    for node in ast.walk(new):
        ast.copy_location(node, old)
    if index is None:
        setattr(holder, field, new)
    else:
        children[index] = new


def dropped(children: list, index: int) -> Callable[[], None]:
    """The removal of one child."""
    return lambda: children.pop(index) and None


def inside(node: ast.AST) -> Iterator[Edit]:
    """Edits of a node's own parts: entries, keywords, comparisons, conditions."""
    if isinstance(node, ast.Subscript) and ast.unparse(node.value) == "Literal":
        more = f"({ast.unparse(node.slice)}, 'other', 99)"
        yield f"{shown(node)}: one more", replaced(node, "slice", None, more)
    elif isinstance(node, ast.List | ast.Set) or (isinstance(node, ast.Tuple) and _plain(node)):
        yield from ((f"without {shown(e)}", dropped(node.elts, i)) for i, e in enumerate(node.elts))
    elif isinstance(node, ast.Dict):
        yield from _of_dict(node)
    elif isinstance(node, ast.Call):
        named = ((i, k) for i, k in enumerate(node.keywords) if k.arg and not is_silent(k))
        given = [(i, k) for i, k in named if not _is_changed(k.value)]
        for index, keyword in given:
            yield f"{shown(node.func)}() without {shown(keyword)}", dropped(node.keywords, index)
    elif isinstance(node, ast.Compare):
        yield from _of_compare(node)
    elif isinstance(node, ast.BoolOp):
        other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        word = "or" if isinstance(node.op, ast.And) else "and"
        yield f"{shown(node)}: {word}", lambda: setattr(node, "op", other)


def _is_changed(value: ast.expr) -> bool:
    """Whether it is a value that is weakened itself, which tells more than dropping it."""
    return next(other_values(value, ""), None) is not None


def _plain(node: ast.Tuple) -> bool:
    """Whether it is a list of values: others are taken apart again, and count on their length."""
    plain = (isinstance(entry, ast.Constant | ast.Starred) for entry in node.elts)
    return isinstance(node.ctx, ast.Load) and all(plain)


def _of_dict(node: ast.Dict) -> Iterator[Edit]:
    for index, (key, value) in enumerate(zip(node.keys, node.values, strict=True)):
        name = "**" if key is None else shown(key)

        def drop(index: int = index) -> None:
            node.keys.pop(index)
            node.values.pop(index)

        if not _is_changed(value):
            yield f"without {name}: {shown(value)}" if key else f"without **{shown(value)}", drop
        text = key.value if isinstance(key, ast.Constant) else None
        if text in OPEN_STATEMENT and ast.unparse(value) != OPEN_STATEMENT[text]:
            yield f"{name}: {OPEN_STATEMENT[text]}", replaced(node, "values", index, OPEN_STATEMENT[text])
        if text in WIDER_OPERATORS:
            wider = repr(WIDER_OPERATORS[text])
            yield f"{name} -> {wider}", replaced(node, "keys", index, wider)


def _of_compare(node: ast.Compare) -> Iterator[Edit]:
    for index, operator in enumerate(node.ops):
        new = COMPARISONS[type(operator)]

        def flip(index: int = index, new: type[ast.cmpop] = new) -> None:
            node.ops[index] = new()

        yield f"{shown(node)}: {new.__name__}", flip


def of_statement(holder: ast.AST, field: str, index: int) -> Iterator[Edit]:
    """The removal of a statement that sets, creates or refuses something."""
    node = getattr(holder, field)[index]
    if is_silent(node) or (isinstance(node, ast.Expr) and is_silent(node.value)):
        return
    target = ast.unparse(node.targets[0]) if isinstance(node, ast.Assign) else ""
    changed = isinstance(node, ast.Assign) and _is_changed(node.value)
    sets = "." in target and not target.startswith("self.") and not changed
    if sets or isinstance(node, ast.Raise | ast.AugAssign | ast.Expr):
        yield f"without `{shown(node)}`", lambda: put(holder, field, index, ast.Pass())


def of_condition(holder: ast.AST, field: str, index: int | None) -> Iterator[Edit]:
    """The opposite of a condition that is no comparison; those are weakened themselves."""
    node = getattr(holder, field) if index is None else getattr(holder, field)[index]
    if any(isinstance(part, ast.Compare | ast.BoolOp) for part in ast.walk(node)):
        return
    negative = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)
    source = ast.unparse(node.operand) if negative else f"not ({ast.unparse(node)})"
    yield f"if {shown(node)}: the opposite", replaced(holder, field, index, source)
