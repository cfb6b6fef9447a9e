"""What the other environments do not share with prod, and which of those differences are declared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from review.model import MISSING, PropertyChange
from review.paths import differences
from review.recording import Pair
from review.text import code, excerpts, prose, sides

REFERENCE = "prod"
_OWN = ("airflow:review", "pulumi:")
"""Keys that every environment has for itself."""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One setting of one environment that prod has not, or has otherwise."""

    stack: str
    path: str
    here: str
    there: str
    declared: bool


def compare(pairs: Sequence[Pair]) -> list[Difference]:
    """Differences of every stack at head that declares some, from prod's settings; undeclared ones first."""
    configs = {pair.stack: pair.head.config for pair in pairs if pair.head.config is not None}
    reference = configs.pop(REFERENCE, None)
    if reference is None:
        return []
    found = []
    for stack, config in sorted(configs.items()):
        declared = (config.get("airflow:review") or {}).get("differs_from_prod")
        if declared is not None:
            found += [_difference(stack, d, declared) for d in _settings(_shared(reference), _shared(config))]
    return sorted(found, key=lambda d: (d.declared, d.stack, d.path))


def new_differences(pairs: Sequence[Pair]) -> dict[str, list[Difference]]:
    """Stack -> undeclared differences that this change makes, or no longer declares."""
    known = {
        (d.stack, d.path) for d in compare([Pair(p.stack, p.base, p.base) for p in pairs]) if not d.declared
    }
    found: dict[str, list[Difference]] = {}
    for difference in compare(pairs):
        if not difference.declared and (difference.stack, difference.path) not in known:
            found.setdefault(difference.stack, []).append(difference)
    return found


def _settings(there: Any, here: Any, path: str = "") -> Iterator[PropertyChange]:
    """Setting by setting; a list is one, whatever its members."""
    if isinstance(there, Mapping) and isinstance(here, Mapping):
        for key in sorted({*there, *here}):
            own = f"{path}.{key}" if path else str(key)
            yield from _settings(there.get(key, MISSING), here.get(key, MISSING), own)
    elif any(differences(there, here)):
        yield PropertyChange(path, there, here)


def _shared(config: Mapping[str, Any]) -> dict[str, Any]:
    """The settings without `secure:` values, which differ by nature."""
    return {
        key.removeprefix("airflow:"): value
        for key, value in config.items()
        if not key.startswith(_OWN) and not (isinstance(value, Mapping) and "secure" in value)
    }


def _difference(stack: str, difference: PropertyChange, declared: Sequence[str]) -> Difference:
    path = difference.path
    there, here = sides(difference)
    return Difference(
        stack=stack,
        path=path,
        here=here,
        there=there,
        declared=any(path == name or path.startswith(f"{name}.") for name in declared),
    )


def table(found: Sequence[Difference]) -> list[str]:
    """As Markdown."""
    lines = ["| stack | setting | here | prod |", "|---|---|---|---|"]
    for difference in found:
        here, there = excerpts(difference.here, difference.there)
        lines.append(f"| {prose(difference.stack)} | {code(difference.path)} | {here} | {there} |")
    return lines
