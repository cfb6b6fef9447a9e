"""Exceptions that a stack file declares: policy, reason and a day on which they end. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

LONGEST_DAYS = 400
"""A year and the weeks in which it is thought over again; what shall hold longer is no exception."""


@dataclass(frozen=True, kw_only=True)
class Waiver:
    """One exception."""

    policy: str
    reason: str
    expires: date
    resource: str = ""
    """Logical name; empty for every resource."""

    def covers(self, number: str, resource: str) -> bool:
        """Whether it is about this policy and resource, in force or not."""
        return self.policy == number and self.resource in ("", resource)

    def problem(self, today: date) -> str | None:
        """What is wrong with its last day."""
        if self.expires < today:
            return f"its waiver ended on {self.expires}: {self.reason}"
        days = (self.expires - today).days
        return (
            f"its waiver runs for {days} days, wanted {LONGEST_DAYS} at most" if days > LONGEST_DAYS else None
        )

    @property
    def for_checkov(self) -> bool:
        """Whether it names a check of Checkov's: policies/checkov says whether that is needed."""
        return self.policy.startswith("CKV")


def waivers_of(config: Mapping[str, Any]) -> list[Waiver]:
    """Those of a stack file's configuration, as the settings have checked them."""
    given: Sequence[Mapping[str, Any]] = (config.get("airflow:review") or {}).get("waivers") or ()
    return [
        Waiver(
            policy=entry["policy"],
            reason=entry["reason"],
            expires=date.fromisoformat(str(entry["expires"])),
            resource=entry.get("resource", ""),
        )
        for entry in given
    ]
