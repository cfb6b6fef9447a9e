"""The same image all the way: its digest is asked of the registry, and another one is refused."""

from pathlib import Path

import pytest

from operations import image_digest, stack_file
from tests.operations.aws_account import ACCOUNT
from tests.operations.programs import put

DIGEST, OTHER = f"sha256:{'a' * 64}", f"sha256:{'b' * 64}"
INSPECT = "buildx imagetools inspect {} --format {{{{json .Manifest.Digest}}}}"
REGISTRY = f"{ACCOUNT}.dkr.ecr.eu-central-1.amazonaws.com"


def image(repository: str) -> str:
    """Names it in the stack file x."""
    path = stack_file.ROOT / "stacks" / "Pulumi.x.yaml"
    path.write_text(
        f"{path.read_text()}  airflow:airflow: {{image: {{repository: {repository}, tag: '3.3.2'}}}}\n"
    )
    return f"{repository}:3.3.2"


def test_the_digest_is_printed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name, calls = image("apache/airflow"), put("docker", f"print('\"{DIGEST}\"')")
    assert image_digest.main(["x"]) == 0
    assert capsys.readouterr().out == f"digest={DIGEST}\nimage=apache/airflow@{DIGEST}\n"
    assert calls.read_text().splitlines() == [INSPECT.format(name)]


def test_the_expected_digest_passes_and_another_does_not(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    image("apache/airflow")
    put("docker", f"print('\"{DIGEST}\"')")
    assert image_digest.main(["x", "--expect", DIGEST]) == 0
    capsys.readouterr()
    assert image_digest.main(["x", "--expect", OTHER]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(f"image: apache/airflow:3.3.2 is {DIGEST}, but {OTHER} was tested; ")


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
        (None, "is Docker installed?"),
        ("sys.exit('no such manifest')", "image: docker buildx {{json .Manifest.Digest}}: no such manifest"),
        ("print('nonsense')", "apache/airflow:3.3.2: the registry tells no digest (got 'nonsense')"),
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
