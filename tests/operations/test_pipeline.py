"""What a workflow is told of a stack."""

from pathlib import Path

import pytest

from operations import pipeline
from tests.operations.aws_account import ACCOUNT, NAMES, REGION


def test_a_stack_with_a_state_is_told_in_lines(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = folder / "stacks" / "Pulumi.x.yaml"
    file.write_text(f"secretsprovider: {NAMES.secrets_provider}\n{file.read_text()}")
    assert pipeline.main(["x"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"account_id={ACCOUNT}",
        f"region={REGION}",
        f"backend_url={NAMES.backend_url}",
    ]


def test_a_stack_without_a_state_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert pipeline.main(["x"]) == 1
    said = capsys.readouterr()
    assert (said.out, said.err) == (
        "",
        "pipeline: stacks/Pulumi.x.yaml: no state yet; run make stack-init STACK=x and commit the file\n",
    )


def test_a_stack_that_does_not_exist_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert pipeline.main(["y"]) == 1
    assert "no such stack file" in capsys.readouterr().err
