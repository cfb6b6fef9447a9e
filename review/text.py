"""Values as the report shows them: secrets closed, long ones folded, nothing that Markdown would execute."""

from __future__ import annotations

import html
import json
from typing import Any

from offline.graph import Secret, redact
from review.model import MISSING, Missing, PropertyChange

LONGEST_CELL = 60
"""Characters of a value in a table; a longer one is shown below it, folded."""
SECRET, SECRET_CHANGED = "[secret]", "[secret changed]"


def shown(value: Any) -> str:
    """A value as one text, secrets closed."""
    if isinstance(value, Missing):
        return repr(MISSING)
    value = redact(value)
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, ensure_ascii=False)


def sides(change: PropertyChange) -> tuple[str, str]:
    """Before and after; of a changed secret only that it changed."""
    before, after = shown(change.before), shown(change.after)
    if isinstance(change.before, Secret) and isinstance(change.after, Secret):
        return SECRET, SECRET_CHANGED
    if before == after and change.before is not change.after:
        return before, f"{after} (a secret in it changed)"
    return before, after


def code(text: str) -> str:
    """Inline code that stays inside one cell of a table, whatever it contains."""
    return f"<code>{html.escape(text, quote=False).replace('|', '&#124;').replace(chr(10), '⏎')}</code>"


def cell(text: str) -> str:
    """As `code`, cut to a cell's width."""
    return code(text if len(text) <= LONGEST_CELL else f"{text[: LONGEST_CELL - 1]}…")


def folded(summary: str, body: str) -> list[str]:
    """A part that opens by a click."""
    return [f"<details><summary>{summary}</summary>", "", body, "", "</details>", ""]
