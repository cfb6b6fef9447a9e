"""A key's effect in one sentence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

AIRFLOW = {"api-server", "dag-processor", "scheduler", "triggerer", "worker"}
MOST = 4
"""More names are counted instead of listed."""
PROVIDERS = {"aws": "everything in AWS", "kubernetes": "every Kubernetes object"}
OWN = "its own pods"

Effect = Mapping[str, Any]


def sentence(effects: Mapping[str, Effect]) -> str:
    """What a change does, for a key that stands at one place or, alike, at several (path to effect)."""
    texts = {path: _one(path, effect) for path, effect in effects.items()}
    common = max(texts.values(), key=list(texts.values()).count)
    others = [f"at `{path}`: {text}" for path, text in texts.items() if text != common]
    return "; ".join([common, *others])


def _one(path: str, effect: Effect) -> str:
    if not effect.get("stack"):
        return "there is no other value"
    replaced = effect.get("replaced", [])
    whole = [text for provider, text in PROVIDERS.items() if provider in replaced]
    if whole:
        # What else is replaced or changed follows from that.
        return f"**replaces** {' and '.join(whole)}"
    parts = [
        _phrase("**replaces**", replaced),
        *effect.get("interruptions", []),
        _restarts(path, effect.get("restarted", [])),
        _phrase("runs", effect.get("run", []), " again"),
        _pods(path, effect.get("scaled", [])),
        _phrase("changes", effect.get("changed", [])),
        _phrase("adds", effect.get("created", [])),
        _phrase("removes", effect.get("deleted", [])),
    ]
    return "; ".join(part for part in parts if part) or "nothing: it only takes part in checks"


def _phrase(verb: str, names: Sequence[str], after: str = "") -> str:
    return f"{verb} {_listed(f'`{name}`' for name in names)}{after}" if names else ""


def _listed(names: Iterable[str]) -> str:
    found = list(names)
    more = len(found) - MOST
    return ", ".join(found) if more <= 0 else f"{', '.join(found[:MOST])} and {more} more"


def _restarts(path: str, pods: Sequence[str]) -> str:
    if not pods:
        return ""
    if set(pods) >= AIRFLOW:
        return "restarts all of Airflow"
    return f"restarts {OWN if _is_own(path, pods) else ', '.join(pods)}"


def _pods(path: str, pods: Sequence[str]) -> str:
    if not pods:
        return ""
    return f"adds or removes {'pods' if _is_own(path, pods) else 'pods of ' + ', '.join(pods)}"


def _is_own(path: str, pods: Sequence[str]) -> bool:
    """Whether these are the pods of the component that the path leads through."""
    parts = {part.replace("_", "-") for part in path.split(".")}
    return len(pods) == 1 and bool(parts & {pods[0], f"{pods[0]}s"})
