"""What our image is built upon is pinned by its digest, or nothing is pushed."""

from pathlib import Path

import pytest

from operations import base_image
from tests.operations.programs import put

DIGEST = f"sha256:{'a' * 64}"


def built_upon(folder: Path, image: str) -> None:
    (folder / "image").mkdir()
    (folder / base_image.DOCKERFILE).write_text(f"# a comment\nFROM {image}\nUSER 50000:0\n")


def test_a_pinned_base_passes_without_asking_anybody(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    built_upon(folder, f"apache/airflow:3.3.2@{DIGEST}")
    assert base_image.main() == 0
    assert capsys.readouterr().out == f"apache/airflow:3.3.2@{DIGEST}\n"


def test_a_base_by_its_tag_stops_with_the_line_to_write(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    built_upon(folder, "apache/airflow:3.3.2")
    calls = put("docker", f"print('\"{DIGEST}\"')")
    assert base_image.main() == 1
    assert capsys.readouterr().err == (
        "image: image/Dockerfile: its base has no digest, and tags move; "
        f"write there: FROM apache/airflow:3.3.2@{DIGEST}\n"
    )
    assert " apache/airflow:3.3.2 " in calls.read_text()
