"""Who takes part in a workflow, by the repository's variables."""

import json
import subprocess
import sys

import pytest

from operations.stacks_with_role import main
from tests.workflows.files import ROOT

DEV, PROD = "arn:aws:iam::111122223333:role/dev", "arn:aws-us-gov:iam::111122223333:role/ci/prod"
ASKED = ["DRIFT_ROLE", "dev staging prod"]


def given(monkeypatch: pytest.MonkeyPatch, **variables: str) -> None:
    monkeypatch.setenv("VARIABLES", json.dumps(variables))


def test_stacks_with_a_role_are_told_in_their_order(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given(monkeypatch, DRIFT_ROLE_PROD=PROD, DRIFT_ROLE_DEV=DEV, SCAN_ROLE_STAGING=DEV, IMAGE_REGION="x")
    assert main(ASKED) == 0
    matrix, names = capsys.readouterr().out.splitlines()
    entries = [{"stack": "dev", "role": DEV}, {"stack": "prod", "role": PROD}]
    assert json.loads(matrix.removeprefix("matrix=")) == {"include": entries}
    assert names == "names=dev prod"


def test_without_roles_there_is_no_name(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("VARIABLES", raising=False)
    assert main(ASKED) == 0
    assert capsys.readouterr().out == 'matrix={"include": []}\nnames=\n'


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        (
            "DRIFT_ROLE_PRODUCTION",
            PROD,
            "no variable of a stack; there are DRIFT_ROLE_DEV, DRIFT_ROLE_STAGING",
        ),
        ("DRIFT_ROLE_PROD", "airflow-prod-drift", "should be the ARN of a role (got 'airflow-prod-drift')"),
        ("DRIFT_ROLE_PROD", f"{PROD}\nnames=dev", "should be the ARN of a role"),
    ],
)
def test_what_is_mistyped_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str, line: str
) -> None:
    given(monkeypatch, DRIFT_ROLE_DEV=DEV, **{name: value})
    assert main(ASKED) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(f"roles: {name}: {line}")
    assert len(said.err.splitlines()) == 1


def test_it_runs_before_anything_is_installed() -> None:
    command = [sys.executable, "-I", "-S", "-c", "import sys; sys.path.insert(0, '.');"]
    command[-1] += "from operations.stacks_with_role import main; sys.exit(main(['X_ROLE', 'dev']))"
    assert subprocess.run(command, cwd=ROOT, env={}, capture_output=True, check=False).returncode == 0
