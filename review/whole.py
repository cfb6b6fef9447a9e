"""What does not fit into the cell of a table: line by line where a value has lines, else both sides."""

from __future__ import annotations

import difflib
import re
from typing import Any

import yaml

from offline.graph import Secret
from review.model import Missing, PropertyChange
from review.text import LONGEST_CELL, closed, code, guarded, shown, sides, visible

LONGEST = 150
"""Lines of a difference that are shown; the whole is in review.json."""
LONGEST_SIDE = 2000
"""Characters of a value in one line, likewise."""
_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def whole(change: PropertyChange) -> str:
    """Markdown of a long change; empty for one that a cell holds."""
    before, after = sides(change)
    if max(len(before), len(after)) <= LONGEST_CELL:
        return ""
    old, new = _lines(change.before, change.path), _lines(change.after, change.path)
    if max(len(old), len(new)) <= 1 or old == new:
        return f"before {code(_cut(before))}\n\nafter {code(_cut(after))}"
    found = list(difflib.unified_diff(old, new, lineterm="", n=2))[2:]
    shortened = [visible(line) for line in found[:LONGEST]]
    if len(found) > LONGEST:
        shortened.append(f"… {len(found) - LONGEST} more lines, in review.json")
    text = "\n".join(shortened)
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
    return f"{fence}diff\n{text}\n{fence}"


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_SIDE else f"{text[:LONGEST_SIDE]}… (the whole is in review.json)"


def _lines(value: Any, path: str) -> list[str]:
    """A text as it is, anything else as YAML; secrets closed."""
    if isinstance(value, Missing):
        return []
    if isinstance(value, (str, Secret)):
        return shown(value, path).splitlines()
    text = yaml.dump(guarded(value, path), Dumper=_DUMPER, allow_unicode=True, width=1000)
    return closed(text).splitlines()
