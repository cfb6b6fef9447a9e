"""The run: nothing of an earlier one is in its way, a step that fails ends it with its name."""

import json
from pathlib import Path

import pytest

from tests.kind import __main__ as command
from tests.kind import aws_program, deployment
from tests.kind.cluster import NODE, Cluster
from tests.operations.programs import put


def calls(folder: Path, program: str) -> list[str]:
    return (folder / "bin" / f"{program}.calls").read_text().splitlines()


def test_what_an_earlier_run_left_is_deleted_before_a_new_cluster_is_made(
    cluster: Cluster, tmp_path: Path
) -> None:
    cluster.create()
    first, second = calls(tmp_path, "kind")
    assert first == "delete cluster --name airflow"
    assert second.startswith(f"create cluster --name airflow --image {NODE} --kubeconfig {tmp_path}")


def test_a_cluster_that_cannot_be_made_is_one_line(
    cluster: Cluster, capsys: pytest.CaptureFixture[str]
) -> None:
    put("kind", "sys.exit('no docker' if 'create' in sys.argv else 0)")
    assert command.main(["up"]) == 1
    assert capsys.readouterr().err == "kind: kind create cluster: no docker\n"


def test_a_step_that_fails_ends_the_run_with_its_name(
    cluster: Cluster, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    put("kubectl", "print('Forwarding from 127.0.0.1:40404 -> 5000', flush=True)")
    put("pulumi", "sys.exit(3 if 'up' in sys.argv else 0)")
    assert command.main(["up"]) == 1
    said = capsys.readouterr()
    assert said.err.startswith("kind: pulumi --non-interactive --color never up --yes")
    assert "exit code 3" in said.err
    assert "smoke_deployed" not in said.out


def test_a_step_that_hangs_is_ended(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    put("pulumi", "time.sleep(60)")
    monkeypatch.setattr(deployment, "UP_SECONDS", 0.2)
    with pytest.raises(Exception, match="has not ended after"):
        deployment._step(["pulumi", "up"], Path("/"), cluster.environment)


def test_the_programs_kubeconfig_gets_the_credentials_of_kind(
    cluster: Cluster, capsys: pytest.CaptureFixture[str]
) -> None:
    assert aws_program.main(["--region", "us-east-1", "eks", "get-token", "--cluster-name", "x"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["kind"] == "ExecCredential"
    # Decoded, as the protocol wants it: a kubeconfig has them in base64.
    assert answer["status"] == {"clientCertificateData": "certificate", "clientKeyData": "key"}


def test_the_smoke_test_gets_a_kubeconfig_of_its_own(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "own"))
    assert aws_program.main(["eks", "update-kubeconfig", "--name", "x"]) == 0
    assert (tmp_path / "own").read_text() == cluster.kubeconfig.read_text()
    assert (tmp_path / "own").stat().st_mode & 0o077 == 0


def test_nothing_else_is_answered_in_the_name_of_aws(
    cluster: Cluster, capsys: pytest.CaptureFixture[str]
) -> None:
    assert aws_program.main(["s3", "ls"]) == 2
    said = capsys.readouterr()
    assert "aws s3 ls" in said.err
    assert said.out == ""
