"""docs/POLICIES.md: every policy, who waives it until when, and which control it answers."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from itertools import groupby
from pathlib import Path

import yaml

import offline
import policies
from policies.evaluate import MODULES, POLICIES
from policies.rule import Policy
from policies.waivers import LONGEST_DAYS, waivers_of

CONTROLS: dict[str, dict[str, list[str] | str]] = yaml.safe_load(
    (Path(policies.__path__[0]) / "controls.yaml").read_text()
)
"""Subject -> control -> the policies that ask for it, or why none does."""
TEMPLATE = Path(__file__).with_name("templates") / "POLICIES.md"


def document() -> str:
    """The whole text."""
    return TEMPLATE.read_text().format(
        count=len(POLICIES),
        days=LONGEST_DAYS,
        subjects="\n".join(_subjects()),
        controls="\n".join(_controls()),
    )


def _subjects() -> Iterator[str]:
    order = [module.__name__ for module in MODULES] + ["policies.evaluate"]
    found = sorted(POLICIES, key=lambda policy: order.index(policy.check.__module__))
    for module, of_module in groupby(found, key=lambda policy: policy.check.__module__):
        title = (import_module(module).__doc__ or "").strip().splitlines()[0].rstrip(".")
        yield f"## {title}\n\n| policy | severity | what holds | remedy | waived |\n|---|---|---|---|---|"
        yield from (_row(policy) for policy in of_module)
        yield ""


def _row(policy: Policy) -> str:
    scope = f"{policy.severity}, *protected*" if policy.only_protected else f"{policy.severity}"
    return f"| {policy.number} | {scope} | {policy.title} | {policy.fix} | {'; '.join(_waived(policy))} |"


def _waived(policy: Policy) -> Iterator[str]:
    for stack in offline.stack_names():
        file = offline.ROOT / "stacks" / f"Pulumi.{stack}.yaml"
        for waiver in waivers_of(yaml.safe_load(file.read_text())["config"]):
            if waiver.policy == policy.number:
                where = f" ({waiver.resource})" if waiver.resource else ""
                yield f"{stack}{where} until {waiver.expires}"


def _controls() -> Iterator[str]:
    yield "## Controls\n\nWhat is asked, and by which policy; a sentence where none asks it.\n"
    for subject, rows in CONTROLS.items():
        yield f"### {subject}\n\n| control | policies |\n|---|---|"
        for control, answer in rows.items():
            yield f"| {control} | {answer if isinstance(answer, str) else ', '.join(answer)} |"
        yield ""
