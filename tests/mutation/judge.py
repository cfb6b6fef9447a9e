"""Who notices a mutant. Runs in a process of its own, which no other mutant has touched.

The cheapest judge comes first, and the first who notices ends it. A mutant with which no stack is recorded
(a missing argument, an unknown name) is no weakening: it is told apart and counted nowhere.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from dataclasses import dataclass

from offline import ROOT
from tests.mutation.imports import install
from tests.mutation.mutants import Mutant

POLICY, CONTRACT, GOLDEN = "policy", "contract", "golden"
COMPONENT = "component test"
BROKEN, SURVIVED = "does not run", "survived"
COUNTED = (POLICY, CONTRACT, GOLDEN)
"""What the demanded share is of: a component's own tests do not count."""

CONTRACTS = (
    "tests/stacks",
    "tests/components/test_cache_arguments.py",
    "tests/components/test_database_arguments.py",
    "tests/components/test_lookup_failures.py",
    "tests/test_contracts.py",
    "tests/test_master_user.py",
    "tests/test_executors.py",
    "tests/policies/test_policies.py",
)
"""Tables of what holds for every stack, every component, every setting and every argument."""


@dataclass(frozen=True)
class Verdict:
    """Who noticed, and what."""

    kind: str
    by: str = ""


def judge(mutant: Mutant) -> Verdict:
    """The first who notices."""
    install(mutant)
    try:
        return next(_verdicts(mutant), Verdict(SURVIVED))
    except Exception as error:
        return refusal(error)


def refusal(error: Exception) -> Verdict:
    """A stack that the program itself refuses breaks the contract that every stack is taken."""
    import pulumi

    frames = traceback.extract_tb(error.__traceback__)
    own = frames and frames[-1].filename.startswith((f"{ROOT}/components/", f"{ROOT}/stacks/"))
    text = f"{type(error).__name__}: {error}".replace("\n", " ")[:200]
    if isinstance(error, pulumi.RunError) or (isinstance(error, ValueError) and own):
        return Verdict(CONTRACT, f"a committed stack is refused: {text}")
    return Verdict(BROKEN, text)


def _verdicts(mutant: Mutant) -> Iterator[Verdict]:
    yield from _policies("prod")
    yield from _golden("prod", "arguments", "connections", "refused", "exports")
    if mutant.file.startswith("stacks/"):
        yield from _golden("settings")
        yield from _case_files()
    yield from _golden("everything", "least")
    if mutant.file.startswith("stacks/"):
        yield from _documents()
    for stack in ("staging", "dev", "local"):
        yield from _policies(stack)
        yield from _golden(stack)
    yield from _golden("settings")
    yield from _case_files()
    yield from _documents()
    yield from _tests(CONTRACT, CONTRACTS)
    own = component_tests(mutant.module.rpartition(".")[2])
    yield from _tests(COMPONENT, own) if own else ()


def _policies(stack: str) -> Iterator[Verdict]:
    import yaml

    from policies.evaluate import judge as judged
    from policies.waivers import waivers_of
    from tests.recorded import recorded

    file = ROOT / "stacks" / f"Pulumi.{stack}.yaml"
    result = judged(recorded(stack), waivers_of(yaml.safe_load(file.read_text())["config"]))
    yield from (Verdict(POLICY, f"{stack}: {v.policy.number} {v.resource}") for v in result.violations)
    yield from (Verdict(POLICY, f"{stack}: {w.policy} is waived for nothing") for w in result.unused)


def _golden(*stems: str) -> Iterator[Verdict]:
    from tests.golden.texts import FOLDER, TEXTS

    for name, text in TEXTS.items():
        if name.startswith(tuple(f"{stem}." for stem in stems)) and (FOLDER / name).read_text() != text():
            yield Verdict(GOLDEN, name)


def _case_files() -> Iterator[Verdict]:
    from tests.stacks.case_files import cases
    from tests.stacks.stack_files import complaints

    for case in cases():
        if complaints(case.content, encrypted=case.encrypted) != case.expected:
            yield Verdict(GOLDEN, f"tests/stacks/cases/{case.name}.yaml")


def _documents() -> Iterator[Verdict]:
    from reference.__main__ import DOCUMENTS

    for name, document in DOCUMENTS.items():
        if (ROOT / name).read_text() != document():
            yield Verdict(GOLDEN, name)


def component_tests(module: str) -> list[str]:
    """Test files of components that use the module."""
    files = sorted((ROOT / "tests" / "components").glob("test_*.py"))
    return [str(file.relative_to(ROOT)) for file in files if module in file.read_text()]


def _tests(kind: str, paths: list[str] | tuple[str, ...]) -> Iterator[Verdict]:
    import pytest

    class First:
        failed = ""

        def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
            if report.failed:
                self.failed = self.failed or report.nodeid

        def pytest_collectreport(self, report: pytest.CollectReport) -> None:
            if report.failed:
                self.failed = self.failed or report.nodeid

    first = First()
    options = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", f"--rootdir={ROOT}"]
    pytest.main([*options, *(str(ROOT / path) for path in paths)], plugins=[first])
    if first.failed:
        yield Verdict(kind, first.failed)
