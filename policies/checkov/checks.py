"""Which checks have to run, and what a stack's waivers say of those that fail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml

from policies.checkov.terraform import terraform_type
from policies.evaluate import POLICIES
from policies.waivers import Waiver

LIST = Path(__file__).with_name("checks.yaml")
EXPECTED: Mapping[str, Mapping[str, str | None]] = yaml.safe_load(LIST.read_text())
"""Terraform type -> check -> the policy that asks for the same."""


class CannotLook(Exception):
    """Checkov did not judge what it should have judged; the message has one line per reason."""


@dataclass(frozen=True, kw_only=True, order=True)
class Result:
    """One check of one resource."""

    check: str
    """Checkov's number, such as CKV_AWS_157."""
    resource: str
    """Terraform's address; its last part is the logical name."""
    title: str
    passed: bool

    @property
    def type_(self) -> str:
        """Terraform's type."""
        return self.resource.partition(".")[0]

    @property
    def name(self) -> str:
        """The logical name."""
        return self.resource.partition(".")[2]

    @property
    def policy(self) -> str | None:
        """The policy of ours that asks for the same."""
        return EXPECTED[self.type_][self.check]

    @property
    def fix(self) -> str:
        """What to do about it."""
        known = [policy.fix for policy in POLICIES if policy.number == self.policy]
        return known[0] if known else f"Change the component, or waive {self.check} with a reason"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What Checkov says of one stack, and what its stack file says to that."""

    passed: int
    waived: Sequence[tuple[Result, Waiver]]
    failed: Sequence[Result]
    unused: Sequence[Waiver]
    """Waivers of Checkov's own numbers that cover nothing that fails."""
    expired: Sequence[Waiver]
    """Waivers, of either kind of number, that have ended and cover something that fails."""


def unknown_types(tokens: set[str]) -> Iterator[str]:
    """One line per type of Pulumi that the list does not know: nobody has said what Checkov makes of it."""
    for token in sorted(tokens):
        if terraform_type(token) not in EXPECTED:
            name = terraform_type(token)
            yield f"{token}: {name} is not in {LIST.name}; add it with the checks that run on it"


def differences(addresses: set[str], results: Sequence[Result]) -> Iterator[str]:
    """One line per check that did not run on a resource of its type, or that the list does not name."""
    ran = {(result.resource, result.check) for result in results}
    wanted = {(place, check) for place in addresses for check in EXPECTED[place.split(".")[0]]}
    for place, check in sorted(wanted - ran):
        yield f"{place}: {check} did not run"
    for place, check in sorted(ran - wanted):
        yield f"{place}: {check} ran and is not in {LIST.name}; add it to its type"


def judge(results: Sequence[Result], waivers: Sequence[Waiver], today: date) -> Verdict:
    """As for the policies, an expired waiver waives nothing. One of the policy that asks the same counts."""
    failed, waived, used = [], [], set()
    for result in sorted(result for result in results if not result.passed):
        numbers = {result.check, result.policy}
        covering = [w for w in waivers if any(n and w.covers(n, result.name) for n in numbers)]
        used.update(covering)
        in_force = [waiver for waiver in covering if waiver.expires >= today]
        if in_force:
            waived.append((result, in_force[0]))
        else:
            failed.append(result)
    return Verdict(
        passed=sum(result.passed for result in results),
        waived=waived,
        failed=failed,
        expired=[waiver for waiver in waivers if waiver in used and waiver.expires < today],
        unused=[waiver for waiver in waivers if waiver.for_checkov and waiver not in used],
    )
