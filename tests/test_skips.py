"""`--no-skips`: what is skipped is told as a failure, unless the list allows it."""

from __future__ import annotations

import ast

import pytest

from tests import skips
from tests.workflows.files import FOLDER, ROOT, read

pytest_plugins = ["pytester"]

EXAMPLES = """
    import pytest

    def test_passes():
        pass

    @pytest.mark.skipif(True, reason="no chart")
    def test_marked():
        pass

    @pytest.fixture
    def server():
        pytest.skip("no server")

    @pytest.mark.parametrize("case", ["a"])
    def test_by_its_fixture(server, case):
        pass

    def test_in_its_midst():
        pytest.skip("no cluster")

    @pytest.mark.xfail(strict=True)
    def test_expected_to_fail():
        raise AssertionError
"""


@pytest.fixture
def examples(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    monkeypatch.setattr(skips, "ALLOWED", {"test_examples.py::test_by_its_fixture": "no server there"})
    pytester.makepyfile(test_examples=EXAMPLES)
    return pytester


def test_a_skip_that_nobody_allowed_fails_and_tells_its_reason(examples: pytest.Pytester) -> None:
    result = examples.runpytest_inprocess("--no-skips", plugins=[skips])
    result.assert_outcomes(passed=1, errors=1, failed=1, skipped=1, xfailed=1)
    for reason in ("no chart", "no cluster"):
        result.stdout.fnmatch_lines([f"*{reason}. With --no-skips only what allowed_skips.yaml lists*"])


def test_without_the_option_a_skip_is_a_skip(examples: pytest.Pytester) -> None:
    result = examples.runpytest_inprocess(plugins=[skips])
    result.assert_outcomes(passed=1, skipped=3, xfailed=1)


def test_a_file_that_skips_itself_fails_too(examples: pytest.Pytester) -> None:
    examples.makepyfile(test_file="import pytest\npytest.importorskip('nowhere')")
    result = examples.runpytest_inprocess("--no-skips", "test_file.py", plugins=[skips])
    result.assert_outcomes(errors=1)


def test_every_allowed_skip_names_a_test_that_exists() -> None:
    for name, reason in skips.ALLOWED.items():
        file, _, function = name.partition("::")
        tests = [
            n.name for n in ast.walk(ast.parse((ROOT / file).read_text())) if isinstance(n, ast.FunctionDef)
        ]
        assert function in tests
        assert reason


def test_the_workflow_that_has_everything_allows_no_other_skip() -> None:
    job = read(FOLDER / "workflows" / "checks.yaml")["jobs"]["test"]
    assert job["env"]["PYTEST_ADDOPTS"] == "--no-skips"
    assert "AIRFLOW_CHART" in job["env"]
