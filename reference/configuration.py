"""docs/CONFIGURATION.md: a table per settings object, from the model, the rules and the computed effects."""

from __future__ import annotations

import ast
import inspect
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from offline import ROOT
from reference.keys import Key, keys, leaves
from reference.sentences import sentence
from reference.words import rule_text, type_text
from stacks.registry import RULES

EFFECTS = ROOT / "reference" / "effects.json"
EXAMPLE = ROOT / "stacks" / "Pulumi.prod.yaml"
HEADER = """# Configuration

<!-- Written by `make docs` from stacks/ and the resource graph: change the docstrings there, not this. -->

Every key of a stack file (`stacks/Pulumi.<stack>.yaml`), section by section. A file that breaks a rule stops
the preview before anything is registered, with all its errors at once, one line each: path, rule, value got.

**A change** says what the next `pulumi up` does when this key alone changes. It is computed, for one example
per key: the program is recorded with the old value and with a new one, and both graphs and both rendered
charts are compared; names are those of `python -m offline <stack>`. *Restarts* means that pods are rolled,
one after the other where there are two; a stopping worker may finish its tasks. *Replaces* means that a new
one is made and the old one deleted: of `database-instance`, `cache-group`, `encryption-key` and the buckets
the data would be lost, which `protect` refuses.
"""
RULES_HEADER = """## Rules across keys

Beside the rule of its own, a key may have to fit to others.

| rule | keys | why |
|---|---|---|
"""


def document() -> str:
    """The whole text. Raises LookupError if a key's effect has not been computed."""
    effects: Mapping[str, Any] = json.loads(EFFECTS.read_text())
    if missing := [key.path for key in leaves() if key.path not in effects]:
        command = f"AIRFLOW_CHART=... .venv/bin/python -m reference effects {' '.join(missing)}"
        raise LookupError(f"what a change of a new key does is not computed yet: {command}")
    rules = cross_rules()
    parts = [HEADER]
    sections: dict[str, list[Key]] = {}
    for key in keys():
        sections.setdefault(key.section, []).append(key)
    for name, found in sections.items():
        parts += _section(name, found, effects, rules)
    parts.append(RULES_HEADER + "".join(_rule_row(name, *rule) for name, rule in rules.items()))
    return "\n".join(parts)


def cross_rules() -> dict[str, tuple[list[str], str]]:
    """Name of each rule that looks at several values -> the keys that it names, and its reason."""
    paths = [key.path for key in keys()]
    found = {}
    for name, (sections, function) in RULES.items():
        nodes = (node for part in _body(function) for node in ast.walk(part))
        texts = [n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)]
        named = [path for path in paths if any(_names(text, path) for text in texts)]
        found[name] = (named or [s for s in sections if s in paths], inspect.getdoc(function) or "")
    return found


def _body(function: Any) -> list[ast.stmt]:
    """Without the decorator, which names whole sections."""
    return ast.parse(inspect.getsource(function)).body[0].body  # type: ignore[attr-defined]  # a function


def _names(text: str, path: str) -> bool:
    """Whether a text of a rule is this key's path, or the end of it."""
    if text.startswith("."):
        return path.endswith(text) and "." in text[1:]
    return bool(text) and text.rstrip(".") == path


def _section(
    name: str, found: list[Key], effects: Mapping[str, Any], rules: Mapping[str, tuple[list[str], str]]
) -> Iterator[str]:
    top = found[0]
    need = "Required." if top.required else "Optional."
    yield f"## {name}\n\n{top.description} {need}\n"
    if not top.models:
        yield _table([[top]], effects, rules)
    for places in _objects(found):
        if places[0] is not top:
            yield "### " + ", ".join(f"`{place.path}`" for place in places) + f"\n\n{_about(places)}\n"
        yield _table(_rows(places, found), effects, rules)
    example = _example(name)
    if example:
        yield f"```yaml\n{example}\n```\n"


def _objects(found: list[Key]) -> list[list[Key]]:
    """The settings objects of a section, those of one shape together."""
    shapes: dict[Any, list[Key]] = {}
    for key in found:
        if key.models:
            shapes.setdefault(key.models, []).append(key)
    return list(shapes.values())


def _about(places: list[Key]) -> str:
    texts = dict.fromkeys(place.description for place in places)
    return next(iter(texts)) if len(texts) == 1 else inspect.getdoc(places[0].models[0]) or ""


def _rows(places: list[Key], found: list[Key]) -> list[list[Key]]:
    """The keys directly inside; each with its namesakes in the other places of the same shape."""
    rows: dict[str, list[Key]] = {}
    for place in places:
        for key in found:
            if re.fullmatch(rf"{re.escape(place.path)}(\[\])?\.\w+", key.path):
                rows.setdefault(key.name, []).append(key)
    return list(rows.values())


def _table(rows: list[list[Key]], effects: Mapping[str, Any], rules: Mapping[str, Any]) -> str:
    lines = ["| key | type | default | rule | meaning | a change |", "|---|---|---|---|---|---|"]
    for same in rows:
        key = same[0]
        cells = (
            f"`{key.name}`",
            type_text(key.annotation),
            _default(key),
            _rules_of(same, rules),
            key.description if not key.models else f"{key.description} See below.",
            "" if key.models else sentence({k.path: effects[k.path] for k in same}),
        )
        lines.append("| " + " | ".join(_cell(cell) for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def _default(key: Key) -> str:
    if key.required:
        return "required"
    if key.models and key.default is not None:
        return ""
    return f"`{json.dumps(key.default, ensure_ascii=False, default=str)}`"


def _rules_of(same: list[Key], rules: Mapping[str, tuple[list[str], str]]) -> str:
    own = rule_text(same[0].annotation) if not same[0].models else ""
    paths = {key.path for key in same}
    across = [f"[{name}](#rules-across-keys)" for name, (named, _) in rules.items() if paths & {*named}]
    return "; ".join([own, *across] if own else across)


def _rule_row(name: str, named: list[str], why: str) -> str:
    shown = ", ".join(f"`{path}`" for path in named)
    return f"| {name} | {_cell(shown)} | {_cell(why)} |\n"


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def _example(section: str) -> str:
    """The section as it stands in the production stack's file."""
    lines = EXAMPLE.read_text().splitlines()
    starts = [i for i, line in enumerate(lines) if line.strip() == f"airflow:{section}:"]
    if not starts:
        return ""
    block = [lines[starts[0]]]
    for line in lines[starts[0] + 1 :]:
        if line.strip() and not line.startswith("    "):
            break
        block.append(line)
    return "\n".join(line.removeprefix("  ") for line in block).rstrip()
