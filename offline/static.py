"""The backend that needs no cloud: outputs and look-ups from data, nothing is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from offline.graph import Resource
from offline.lookups import answer
from offline.outputs import computed


@dataclass(frozen=True)
class StaticBackend:
    """Answers for one account and region; the same request always gets the same answer."""

    account: str
    region: str

    def ensure(self, resource: Resource, previous: Resource | None) -> Mapping[str, Any]:
        """The outputs that the cloud would compute."""
        return computed(resource, self.account, self.region)

    def invoke(self, token: str, args: Mapping[str, Any]) -> Mapping[str, Any]:
        """The answer to a look-up."""
        return answer(token, args, self.account, self.region)

    def delete(self, resource: Resource) -> None:
        """Nothing was made."""
