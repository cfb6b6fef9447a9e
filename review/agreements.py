"""What a pull request allows itself: names, waivers, money and differences that its own stack files add."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from policies.waivers import Waiver, waivers_of
from review.model import Finding
from review.recording import Pair, Recording
from review.text import code


def agreements(pair: Pair) -> list[Finding]:
    """Every one that base has not, or has narrower: whoever merges agrees to it."""
    if pair.head.config is None:
        return []
    old, new = (_section(side) for side in (pair.base.config, pair.head.config))
    texts = [
        *(f"the blocked change `{name}` may pass" for name in _added(old, new, "allow")),
        *_waivers(waivers_of(pair.base.config or {}), waivers_of(pair.head.config)),
        *_money(old.get("max_monthly_usd"), new.get("max_monthly_usd")),
        *(f"`{path}` may differ from prod" for path in _added(old, new, "differs_from_prod")),
    ]
    if old.get("differs_from_prod") is not None and new.get("differs_from_prod") is None:
        texts.append("nothing compares this stack with prod any more (`differs_from_prod` is gone)")
    if pair.base.config is not None and pair.base.encryption != pair.head.encryption:
        old_provider, new_provider = (_provider(side) for side in (pair.base, pair.head))
        texts.append(f"**another key opens the stack's secrets**: {old_provider} → {new_provider}")
    return [Finding(text=f"🖊️ {text}") for text in texts]


def _provider(recording: Recording) -> str:
    """Keys and salts are told by their change alone."""
    return code(recording.encryption.get("secretsprovider", "none"))


def _section(config: Mapping[str, Any] | None) -> Mapping[str, Any]:
    return (config or {}).get("airflow:review") or {}


def _added(old: Mapping[str, Any], new: Mapping[str, Any], key: str) -> list[str]:
    known = old.get(key) or ()
    return [name for name in new.get(key) or () if name not in known]


def _waivers(old: list[Waiver], new: list[Waiver]) -> Iterator[str]:
    for waiver in new:
        longest = max((w.expires for w in old if w.covers(waiver.policy, waiver.resource)), default=None)
        if longest is not None and waiver.expires <= longest:
            continue
        where = f"`{waiver.resource}`" if waiver.resource else "every resource"
        since = f" instead of {longest}" if longest else ""
        reason = code(waiver.reason)
        yield f"policy {waiver.policy} is waived for {where} until {waiver.expires}{since}: {reason}"


def _money(old: int | None, new: int | None) -> Iterator[str]:
    if old is not None and new is None:
        yield f"the limit of {old} USD a month is gone (`max_monthly_usd`)"
    elif old is not None and new is not None and new > old:
        yield f"the limit of {old} USD a month is raised to {new} (`max_monthly_usd`)"
