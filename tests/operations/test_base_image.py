"""What our image is built upon is pinned by its digest, or it is not built for a registry."""

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


STAGES = """\
FROM --platform=linux/amd64 python:3.12@{0} AS Wheels
from wheels as tests
FROM {1}
COPY --from=wheels / /
"""


def test_every_stage_counts_but_for_those_that_begin_with_another(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "image").mkdir()
    dockerfile = folder / base_image.DOCKERFILE
    dockerfile.write_text(STAGES.format(DIGEST, f"apache/airflow:3.3.2@{DIGEST}"))
    assert base_image.main() == 0
    assert capsys.readouterr().out.splitlines() == [
        f"python:3.12@{DIGEST}",
        f"apache/airflow:3.3.2@{DIGEST}",
    ]
    put("docker", f"print('\"{DIGEST}\"')")
    dockerfile.write_text(STAGES.format(DIGEST, "apache/airflow:3.3.2"))
    assert base_image.main() == 1
    assert f"write there: FROM apache/airflow:3.3.2@{DIGEST}" in capsys.readouterr().err


def test_a_file_that_builds_upon_nothing_is_one_line(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "image").mkdir()
    (folder / base_image.DOCKERFILE).write_text("# to be written\n")
    assert base_image.main() == 1
    assert capsys.readouterr().err == "image: image/Dockerfile: no line FROM with an image\n"
