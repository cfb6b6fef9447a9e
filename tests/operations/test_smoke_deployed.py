"""The smoke test of a deployed stack: found by its name, reached through a port-forward that ends with it."""

import os
from pathlib import Path
from typing import Literal

import boto3
import pytest

from operations import smoke_deployed, stack_file
from operations.smoke import Report, Target
from operations.smoke_report import Phase
from tests.operations.aws_account import REGION
from tests.operations.programs import put

PASSWORD = "generated-for-this-test"
FORWARD = """
open(__file__ + ".pid", "w").write(str(os.getpid()))
print("Forwarding from 127.0.0.1:40404 -> 8080", flush=True)
time.sleep(60)
"""


@pytest.fixture
def deployed(account: None) -> None:
    """The stack x with its admin's password, and the programs that lead to it."""
    name = "/airflow/x/bootstrap/admin-password"
    boto3.client("ssm", region_name=REGION).put_parameter(Name=name, Value=PASSWORD, Type="SecureString")
    path = stack_file.ROOT / "stacks" / "Pulumi.x.yaml"
    path.write_text(f"{path.read_text()}  airflow:airflow: {{version: '3.3.2', admin: {{username: boss}}}}\n")
    put("aws", "open(os.environ['KUBECONFIG'], 'w').write('x')")
    put("pulumi", "print('bucket-of-x')")
    put("kubectl", f"assert open(os.environ['KUBECONFIG']).read() == 'x'\n{FORWARD}")


def judged(monkeypatch: pytest.MonkeyPatch, status: Literal["passed", "failed"] = "passed") -> list[Target]:
    """The targets that are tested, each with this result."""
    targets: list[Target] = []

    def run(target: Target) -> Report:
        targets.append(target)
        return Report((Phase(name="version", status=status, seconds=0, detail=""),))

    monkeypatch.setattr(smoke_deployed, "run_smoke", run)
    return targets


def test_the_target_is_found_by_the_stacks_name(deployed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    targets = judged(monkeypatch)
    assert smoke_deployed.main(["x"]) == 0
    assert targets == [
        Target(
            url="http://127.0.0.1:40404",
            username="boss",
            password=PASSWORD,
            version="3.3.2",
            bucket="bucket-of-x",
            log_prefix="logs",
            ssm_prefix="/airflow/x/variables",
            region=REGION,
        )
    ]


def test_programs_are_asked_for_this_stack_and_hear_no_secret(
    deployed: None, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged(monkeypatch)
    smoke_deployed.main(["x"])
    calls = {path.stem: path.read_text().strip() for path in (folder / "bin").glob("*.calls")}
    assert calls == {
        "aws": f"eks update-kubeconfig --name platform --region {REGION}",
        "kubectl": "--namespace flows port-forward service/airflow-api-server :8080",
        "pulumi": "stack output log_bucket --stack x",
    }


@pytest.mark.parametrize(("status", "code"), [("passed", 0), ("failed", 1)])
def test_the_result_is_the_exit_code_and_the_forward_ends(
    deployed: None,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    status: Literal["passed", "failed"],
    code: int,
) -> None:
    judged(monkeypatch, status)
    assert smoke_deployed.main(["x"]) == code
    with pytest.raises(ProcessLookupError):
        os.kill(int((folder / "bin" / "kubectl.pid").read_text()), 0)


def test_a_cluster_that_cannot_be_reached_is_one_line(
    deployed: None, capsys: pytest.CaptureFixture[str]
) -> None:
    put("kubectl", "sys.exit('error: services \"airflow-api-server\" not found')")
    assert smoke_deployed.main(["x"]) == 1
    assert capsys.readouterr().err == (
        'smoke: kubectl port-forward: error: services "airflow-api-server" not found\n'
    )


def test_a_missing_parameter_or_program_is_one_line(
    account: None, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert smoke_deployed.main(["x"]) == 1
    put("aws", "open(os.environ['KUBECONFIG'], 'w').write('x')")
    put("kubectl", FORWARD)
    assert smoke_deployed.main(["x"]) == 1
    program, parameter = capsys.readouterr().err.splitlines()
    assert program == "smoke: aws: FileNotFoundError; is it installed?"
    assert parameter.startswith(("smoke: AWS refused GetParameter: ParameterNotFound", "smoke: pulumi: "))
