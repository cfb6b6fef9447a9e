"""Pulumi's half of stack-init: with a stand-in that notes how it is called, and with the real CLI on PATH."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from moto.iam.access_control import PermissionResult
from moto.s3.models import FakeBucket
from moto.server import ThreadedMotoServer

from operations import stack_file, stack_init, stack_init_pulumi
from tests.operations.aws_account import NAMES, STACK_FILE, Run, changed, refused

ROOT = Path(__file__).parents[2]
PULUMI = shutil.which("pulumi")
STAND_IN = """\
#!/bin/sh
echo "$@" >>"$0.calls"
case "$*" in
  "stack ls"*) cat "$0.stacks" ;;
  "$(cat "$0.fails")"*) echo "error: of the stand-in" >&2; exit 255 ;;
esac
"""
LOGIN = f"login {NAMES.backend_url} --non-interactive"
INIT = f"stack init x --secrets-provider {NAMES.secrets_provider} --non-interactive"
LIST, SELECT = "stack ls --json --non-interactive", "stack select x --non-interactive"
INITIALISED = f"secretsprovider: {NAMES.secrets_provider}\nencryptedkey: AQ==\n"


@pytest.fixture
def stand_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `pulumi` on PATH, in front of cat and sh."""
    program = folder / "bin" / "pulumi"
    program.parent.mkdir()
    program.write_text(STAND_IN)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    answer(program, stacks="[]")
    return program


def answer(program: Path, stacks: str, fails: str = "nothing") -> None:
    program.with_name("pulumi.stacks").write_text(stacks)
    program.with_name("pulumi.fails").write_text(fails)


def calls(program: Path) -> list[str]:
    return program.with_name("pulumi.calls").read_text().splitlines()


def test_the_stack_is_initialised_with_bucket_and_key(run: Run, stand_in: Path) -> None:
    code, lines, _ = run()
    assert code == 0
    assert calls(stand_in) == [LOGIN, LIST, INIT]
    assert "made      pulumi stack x; commit stacks/Pulumi.x.yaml, which now names its key" in lines


@pytest.mark.parametrize("name", ["x", "organization/airflow/x"])
def test_an_existing_stack_is_only_selected(run: Run, stand_in: Path, folder: Path, name: str) -> None:
    (folder / "stacks" / "Pulumi.x.yaml").write_text(INITIALISED + STACK_FILE)
    answer(stand_in, stacks=f'[{{"name": "{name}"}}]')
    run()
    assert changed(run()[1]) == []
    assert calls(stand_in)[-3:] == [LOGIN, LIST, SELECT]


def test_a_stack_whose_file_lost_its_key_is_refused(run: Run, stand_in: Path) -> None:
    answer(stand_in, stacks='[{"name": "x"}]')
    assert "lost secretsprovider and encryptedkey" in refused(run)


def test_another_secrets_provider_is_not_replaced_silently(run: Run, stand_in: Path, folder: Path) -> None:
    (folder / "stacks" / "Pulumi.x.yaml").write_text("secretsprovider: passphrase\n" + STACK_FILE)
    error = refused(run)
    assert (
        f"is passphrase; change it with pulumi stack change-secrets-provider '{NAMES.secrets_provider}'"
        in error
    )


@pytest.mark.parametrize("command", ["login", "stack init"])
def test_a_failure_of_the_cli_is_told_in_its_words(run: Run, stand_in: Path, command: str) -> None:
    answer(stand_in, stacks="[]", fails=command)
    assert f"pulumi {command}" in (error := refused(run))
    assert "error: of the stand-in" in error


def test_a_cli_that_hangs_is_told(run: Run, stand_in: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may wait for credentials that nobody gives it."""
    stand_in.write_text("#!/bin/sh\nexec sleep 60\n")
    monkeypatch.setattr(stack_init_pulumi, "TIMEOUT_SECONDS", 0.2)
    assert f"pulumi login {NAMES.backend_url}: has not ended after" in refused(run)


def test_a_cli_that_fails_without_a_word_is_told(run: Run, stand_in: Path) -> None:
    stand_in.write_text("#!/bin/sh\nexit 7\n")
    assert f"pulumi login {NAMES.backend_url}: exit code 7" in refused(run)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A moto server. It keeps bucket policies unenforced: knowing no condition it would deny all."""
    monkeypatch.setattr(FakeBucket, "get_permission", lambda *_: PermissionResult.NEUTRAL)
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto.start()
    yield "http://{}:{}".format(*moto.get_host_and_port())
    moto.stop()


@pytest.mark.pulumi_cli
@pytest.mark.skipif(PULUMI is None, reason="no `pulumi` on PATH")
def test_the_real_cli_keeps_its_state_there(
    folder: Path, server: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(ROOT / "Pulumi.yaml", folder)
    monkeypatch.setenv("PATH", f"{Path(str(PULUMI)).parent}:/usr/bin:/bin")
    monkeypatch.setenv("PULUMI_HOME", str(folder / "home"))
    monkeypatch.setenv("PULUMI_SKIP_UPDATE_CHECK", "true")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_ENDPOINT_URL", server)
    assert stack_init.main(["x"]) == 0, capsys.readouterr()
    text = (stack_file.ROOT / "stacks" / "Pulumi.x.yaml").read_text()
    assert yaml.safe_load(text)["secretsprovider"] == NAMES.secrets_provider
    assert yaml.safe_load(text)["encryptedkey"]
    assert "# a comment that must stay" in text
    assert "# and this one" in text
    capsys.readouterr()
    assert stack_init.main(["x"]) == 0
    assert "stack-init: all there, nothing changed" in capsys.readouterr().out
