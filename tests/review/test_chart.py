"""The chart's package is read to its end before anything is rendered, and has to be that of the stacks."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from offline.chart import RELEASE, VARIABLE
from offline.graph import Graph, Resource
from review.chart import chart_at_hand
from review.errors import ReviewError
from review.recording import Pair, Recording
from review.report import reports


def package(path: Path, name: str = "airflow/Chart.yaml", text: str = "version: 1.22.0\n") -> Path:
    with tarfile.open(path, "w:gz") as written:
        for member, content in ((name, text.encode()), ("airflow/values.yaml", bytes(range(256)) * 400)):
            entry = tarfile.TarInfo(member)
            entry.size = len(content)
            written.addfile(entry, io.BytesIO(content))
    return path


def side(version: str) -> Recording:
    inputs = {"version": version}
    release = Resource(urn="urn:pulumi:prod::x::y::airflow", type=RELEASE, name="airflow", inputs=inputs)
    return Recording(graph=Graph.of([release]), config={})


def pair(base: str, head: str) -> Pair:
    return Pair("prod", side(base), side(head))


def test_a_package_of_the_stacks_version_is_at_hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(package(tmp_path / "chart.tgz")))
    chart = chart_at_hand([pair("1.22.0", "1.22.0")])
    assert chart
    assert chart.version == "1.22.0"
    monkeypatch.delenv(VARIABLE)
    assert chart_at_hand([]) is None


def refused(path: Path, monkeypatch: pytest.MonkeyPatch, *pairs: Pair) -> str:
    monkeypatch.setenv(VARIABLE, str(path))
    with pytest.raises(ReviewError) as problem:
        chart_at_hand(pairs)
    return str(problem.value)


def test_a_package_that_is_cut_off_is_refused_wherever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = package(tmp_path / "chart.tgz")
    whole = path.read_bytes()
    for kept in (0, 10, len(whole) // 2, len(whole) - 9):
        path.write_bytes(whole[:kept])
        assert "not a whole one; get it again" in refused(path, monkeypatch)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("airflow/other.yaml", "a: b"),
        ("airflow/Chart.yaml", "[1]"),
        ("airflow/Chart.yaml", "{"),
        ("airflow/Chart.yaml", ""),
    ],
)
def test_a_package_that_holds_no_chart_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, text: str
) -> None:
    said = refused(package(tmp_path / "chart.tgz", name, text), monkeypatch)
    assert said.endswith("this package holds no chart")


def test_a_chart_of_no_stack_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = refused(package(tmp_path / "chart.tgz"), monkeypatch, pair("1.20.0", "1.21.0"))
    assert said.endswith("chart.tgz has version 1.22.0, the stacks have 1.20.0 and 1.21.0")


def test_a_stack_that_changes_its_chart_is_not_rendered_by_one_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(package(tmp_path / "chart.tgz")))
    changing = pair("1.21.0", "1.22.0")
    (report,) = reports([changing], [], chart_at_hand([changing]))
    found = {section.title: [finding.text for finding in section.findings] for section in report.sections}
    assert found["Objects in the cluster"] == ["not compared: the chart at hand is 1.22.0, not 1.21.0"]
