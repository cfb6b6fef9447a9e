"""Values as the report shows them: secrets closed, long ones folded, nothing that Markdown would execute."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from offline.graph import Secret, redact
from offline.sealed import COVERED
from policies.contents import SECRET_NAME
from review.model import MISSING, Missing, PropertyChange

LONGEST_CELL = 60
"""Characters of a value in a table; a longer one is shown below it, folded."""
LEAD = 15
"""Characters before the first difference that are shown of a longer one."""
SECRET, SECRET_CHANGED = "[secret]", "[secret changed]"

_SECRET_BY_FORM = re.compile(
    rf"{COVERED}|(?<=//)[^/@\s\"']+(?=@)"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|\Z)",
    re.DOTALL,
)
"""What was found to be a secret when it was recorded, what a URL has before its host, and a private key."""

_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
"""Characters that control a terminal, or that make a text look like another one."""
_MARKDOWN = re.compile(r"[&<>\\`*~|$]|(?<!\w)_|_(?!\w)|\](?=[(\[:])|:(?=//)")
_BLOCK = re.compile(r"^([#+=-]|\d+(?=[.)]))")
"""What begins a heading or a list where a line begins."""
_ALLOWED = re.compile(r"(`[^`]+`|<code>[^<]*</code>|\*\*)")
"""What a finding may have of Markdown."""
_CALL = re.compile(r"(?=[@#]\w)|(?<=\bGH)(?=-\d)", re.IGNORECASE)
"""Where GitHub would call a person, or link another issue."""


def shown(value: Any, path: str = "") -> str:
    """A value as one text, secrets closed; `path` is where it stands."""
    if isinstance(value, Missing):
        return repr(MISSING)
    value = guarded(value, path)
    return closed(value if isinstance(value, str) else json.dumps(value, sort_keys=True, ensure_ascii=False))


def closed(text: str) -> str:
    """Without what is a secret by its form, whoever forgot to mark it."""
    return _SECRET_BY_FORM.sub(SECRET, text)


def guarded(value: Any, path: str) -> Any:
    """Without secrets, also those that only their key tells, as in `env.PASSWORD` and `env[TOKEN].value`."""
    return _guarded(redact(value), path)


def _guarded(value: Any, path: str) -> Any:
    if isinstance(value, Mapping):
        if set(value) == {"secure"}:
            return SECRET
        name = value.get("name")
        return {
            key: _guarded(item, f"{name if key == 'value' and name else key}") for key, item in value.items()
        }
    if isinstance(value, list):
        return [_guarded(item, path) for item in value]
    named = SECRET_NAME.search(path.removesuffix(".value").rstrip("]"))
    return SECRET if named and value and isinstance(value, str) else value


def sides(change: PropertyChange) -> tuple[str, str]:
    """Before and after; of a changed secret only that it changed."""
    before, after = shown(change.before, change.path), shown(change.after, change.path)
    marked = [isinstance(side, Secret) for side in (change.before, change.after)]
    if any(marked) and not any(isinstance(side, Missing) for side in (change.before, change.after)):
        # What is a secret on one side is none to be shown on the other.
        return SECRET, SECRET_CHANGED if all(marked) else f"{SECRET} ({_MARKED[marked[1]]})"
    if before == after:
        return before, SECRET_CHANGED if after == SECRET else f"{after} (a secret in it changed)"
    return before, after


_MARKED = {True: "now marked as a secret", False: "not marked as a secret any more"}


def visible(text: str) -> str:
    """One line without characters that cannot be seen: they are spelt out."""
    return _HIDDEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text.replace("\n", "⏎"))


def code(text: str) -> str:
    """Inline code that stays inside one cell of a table, whatever it contains."""
    return f"<code>{_plain(visible(closed(text)))}</code>"


def prose(text: str) -> str:
    """A line that others wrote: of its Markdown, code and bold type stay; no HTML, no call of anybody."""
    parts = _ALLOWED.split(visible(closed(text)))
    parts[::2] = [_plain(_CALL.sub("\u200b", part)) for part in parts[::2]]
    # What only looks like our own code is made so: Markdown counts between HTML's tags as well.
    parts[1::2] = [code(html.unescape(part[6:-7])) if part[:1] == "<" else part for part in parts[1::2]]
    return _BLOCK.sub(lambda found: _entity(found[0]), "".join(parts))


def _plain(text: str) -> str:
    return _MARKDOWN.sub(lambda found: _entity(found[0]), text)


def _entity(text: str) -> str:
    """Each character as HTML and Markdown show it without a meaning."""
    return "".join(html.escape(c, quote=False) if c in "&<>" else f"&#{ord(c)};" for c in text)


def excerpts(before: str, after: str) -> tuple[str, str]:
    """Both sides as code, cut to a cell's width around the first place where they differ."""
    same = 0
    if max(len(before), len(after)) > LONGEST_CELL:
        pairs = enumerate(zip(before, after, strict=False))
        same = next((place for place, (old, new) in pairs if old != new), min(len(before), len(after)))
    start = same - LEAD if same > LEAD else 0
    return _cut(before, start), _cut(after, start)


def _cut(text: str, start: int) -> str:
    end = start + LONGEST_CELL
    return code(f"{'…' if start else ''}{text[start:end]}{'…' if len(text) > end else ''}")


def folded(summary: str, body: str) -> list[str]:
    """A part that opens by a click."""
    return [f"<details><summary>{summary}</summary>", "", body, "", "</details>", ""]


def named(items: Sequence[str], most: int) -> str:
    """As code, `most` of them by name."""
    more = [f"and {len(items) - most} more"] if len(items) > most else []
    return ", ".join([*(f"`{item}`" for item in items[:most]), *more])
