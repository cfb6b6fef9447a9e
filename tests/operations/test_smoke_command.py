"""The smoke test's command line: exit codes, and no secret on the screen."""

from pathlib import Path

import pytest

from operations import smoke
from operations.smoke import Target
from tests.operations.fake_airflow import PASSWORD


@pytest.mark.parametrize(("password", "code"), [(PASSWORD, 0), ("wrong-battery", 1)])
def test_the_command_tells_the_result_by_its_exit_code(
    password: str, code: int, target: Target, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "password"
    file.write_text(password + "\n")
    arguments = ["--url", target.url, "--password-file", str(file), "--timeout", "1"]
    assert smoke.main(arguments) == code
    assert password not in capsys.readouterr().out


def test_a_password_file_that_does_not_exist_is_a_wrong_call(target: Target, tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as stopped:
        smoke.main(["--url", target.url, "--password-file", str(tmp_path / "none")])
    assert stopped.value.code == 2
