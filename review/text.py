"""Values as the report shows them: secrets closed, long ones folded, nothing that Markdown would execute."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from typing import Any

from offline.graph import Secret, redact
from offline.sealed import COVERED
from review.model import MISSING, Missing, PropertyChange

LONGEST_CELL = 60
"""Characters of a value in a table; a longer one is shown below it, folded."""
SECRET, SECRET_CHANGED = "[secret]", "[secret changed]"

_SECRET_KEY = re.compile(
    r"(password|passwd|passphrase|pwd|secret|token|(private|api|access|ssh)_?key|credentials?)$",
    re.IGNORECASE,
)
"""How names of secrets end: DB_PASSWORD and apiKey, but not metadataSecretName."""
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
    value = _closed(redact(value), path)
    return closed(value if isinstance(value, str) else json.dumps(value, sort_keys=True, ensure_ascii=False))


def closed(text: str) -> str:
    """Without what is a secret by its form, whoever forgot to mark it."""
    return _SECRET_BY_FORM.sub(SECRET, text)


def _closed(value: Any, path: str) -> Any:
    """Without texts whose key names a secret, although nobody marked them: env.PASSWORD, env[TOKEN].value."""
    if isinstance(value, Mapping):
        if set(value) == {"secure"}:
            return SECRET
        name = value.get("name")
        return {
            key: _closed(item, f"{name if key == 'value' and name else key}") for key, item in value.items()
        }
    if isinstance(value, list):
        return [_closed(item, path) for item in value]
    named = _SECRET_KEY.search(path.removesuffix(".value").rstrip("]"))
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
    parts[::2] = [_CALL.sub("\u200b", _plain(part)) for part in parts[::2]]
    return _BLOCK.sub(lambda found: _entity(found[0]), "".join(parts))


def _plain(text: str) -> str:
    return _MARKDOWN.sub(lambda found: _entity(found[0]), text)


def _entity(text: str) -> str:
    """Each character as HTML and Markdown show it without a meaning."""
    return "".join(html.escape(c, quote=False) if c in "&<>" else f"&#{ord(c)};" for c in text)


def cell(text: str) -> str:
    """As `code`, cut to a cell's width."""
    return code(text if len(text) <= LONGEST_CELL else f"{text[: LONGEST_CELL - 1]}…")


def folded(summary: str, body: str) -> list[str]:
    """A part that opens by a click."""
    return [f"<details><summary>{summary}</summary>", "", body, "", "</details>", ""]
