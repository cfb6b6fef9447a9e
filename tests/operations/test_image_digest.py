"""The same image all the way: its digest is asked of the registry, and another one is refused."""

from pathlib import Path

import pytest

from operations import image_digest, stack_file
from tests.operations.aws_account import ACCOUNT
from tests.operations.programs import put
from tests.operations.state_files import keep_state

DIGEST, OTHER = f"sha256:{'a' * 64}", f"sha256:{'b' * 64}"
INSPECT = "buildx imagetools inspect {} --format {{{{json .Manifest.Digest}}}}"
REGISTRY = f"{ACCOUNT}.dkr.ecr.eu-central-1.amazonaws.com"


def image(repository: str, digest: str | None = DIGEST) -> str:
    """Names it in the stack file x."""
    path = stack_file.ROOT / "stacks" / "Pulumi.x.yaml"
    pin = "" if digest is None else f", digest: '{digest}'"
    path.write_text(
        f"{path.read_text()}  airflow:airflow: {{image: {{repository: {repository}, tag: '3.3.2'{pin}}}}}\n"
    )
    return f"{repository}@{digest}"


def test_the_digest_of_the_file_is_looked_for_and_printed(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name, calls = image("apache/airflow"), put("docker", f"print('\"{DIGEST}\"')")
    assert image_digest.main(["x"]) == 0
    assert capsys.readouterr().out == f"digest={DIGEST}\nimage=apache/airflow@{DIGEST}\n"
    assert calls.read_text().splitlines() == [INSPECT.format(name)]


def test_a_stack_without_a_digest_stops_with_the_line_to_write(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    image("apache/airflow", None)
    calls = put("docker", f"print('\"{DIGEST}\"')")
    assert image_digest.main(["x"]) == 1
    said = capsys.readouterr()
    assert (said.out, said.err) == (
        "",
        "image: stacks/Pulumi.x.yaml: airflow:airflow.image has no digest, and tags move; write there: "
        f"digest: {DIGEST}\n",
    )
    assert calls.read_text().splitlines() == [INSPECT.format("apache/airflow:3.3.2")]


@pytest.mark.parametrize("own", [OTHER, None], ids=["another", "none"])
def test_what_the_stage_before_ran_passes_and_nothing_else(
    folder: Path, own: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    image("apache/airflow", own)
    put("docker", f"print('\"{own}\"')")
    assert image_digest.main(["x", "--expect", DIGEST]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.endswith(f"what the stage before ran; write there: digest: {DIGEST} (got {own})\n")
    assert own is None or image_digest.main(["x", "--expect", own]) == 0


@pytest.mark.parametrize(
    ("deployed", "asked"),
    [(f"3.3.2-1@{DIGEST}", f"apache/airflow@{DIGEST}"), ("3.3.2-1", "apache/airflow:3.3.2-1")],
    ids=["by its digest", "by its tag"],
)
def test_what_runs_is_told_by_the_state(
    account: None, capsys: pytest.CaptureFixture[str], deployed: str, asked: str
) -> None:
    """What the stack's file names may wait for an approval still."""
    image("apache/airflow", OTHER)
    calls = put("docker", f"print('{DIGEST}')")
    values = {"defaultAirflowRepository": "apache/airflow", "defaultAirflowTag": deployed}
    release = {"urn": "u", "type": "kubernetes:helm.sh/v3:Release", "inputs": {"values": values}}
    keep_state("x", [release])
    assert image_digest.main(["x", "--deployed"]) == 0
    assert capsys.readouterr().out == f"digest={DIGEST}\nimage=apache/airflow@{DIGEST}\n"
    assert calls.read_text().splitlines() == [INSPECT.format(asked)]


def test_before_the_first_deployment_nothing_runs(account: None, capsys: pytest.CaptureFixture[str]) -> None:
    keep_state("x", [])
    assert image_digest.main(["x", "--deployed"]) == 0
    assert capsys.readouterr().out == "image=\n"


def test_ecr_is_signed_in_to_and_the_password_is_no_argument(account: None) -> None:
    name = image(f"{REGISTRY}/airflow")
    calls = put(
        "docker", f"given = sys.stdin.read()\nassert given or 'login' not in sys.argv\nprint({DIGEST!r})"
    )
    assert image_digest.main(["x"]) == 0
    assert calls.read_text().splitlines() == [
        f"login --username AWS --password-stdin {REGISTRY}",
        INSPECT.format(name),
    ]


@pytest.mark.parametrize(
    ("program", "problem"),
    [
        (None, "image: docker: FileNotFoundError; is it installed?"),
        ("sys.exit('no such manifest')", "image: docker buildx imagetools: no such manifest"),
        ("print('nonsense')", f"apache/airflow@{DIGEST}: the registry tells no digest (got 'nonsense')"),
    ],
)
def test_what_goes_wrong_is_one_line(
    folder: Path, program: str | None, problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    image("apache/airflow")
    if program:
        put("docker", program)
    assert image_digest.main(["x"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert problem in line


def test_a_stack_without_an_image_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert image_digest.main(["x"]) == 1
    assert "airflow:airflow.image.tag should be text (got None)" in capsys.readouterr().err
