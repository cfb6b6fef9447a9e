"""`--no-skips`: a test that is skipped counts as failed, unless `allowed_skips.yaml` says why it may be.

For pipelines that have everything at hand, where a skip would hide that something is missing. Whoever runs
the tests without chart or CLI leaves the option out.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from pathlib import Path

import pytest
import yaml

LIST = Path(__file__).with_name("allowed_skips.yaml")
ALLOWED: Mapping[str, str] = yaml.safe_load(LIST.read_text())
"""Test, as FILE::FUNCTION, and why the pipeline cannot run it."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--no-skips", action="store_true", help="a skipped test fails, but for those listed")


# Outside of pytest's own wrapper, which makes skips and expected failures out of exceptions.
@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    expected_to_fail = hasattr(report, "wasxfail")
    if not expected_to_fail and item.nodeid.partition("[")[0] not in ALLOWED:
        refuse(report, item.config)
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """A whole file that skips itself."""
    report = yield
    refuse(report, collector.config)
    return report


def refuse(report: pytest.TestReport | pytest.CollectReport, config: pytest.Config) -> None:
    """Make a failure of a skip, with its reason."""
    if report.skipped and config.getoption("--no-skips"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{reason}. With --no-skips only what {LIST.name} lists may be skipped"
