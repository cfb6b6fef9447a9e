"""What the stacks give the cloud and the cluster is what the golden files say."""

import pytest

from tests.golden.texts import CHANGED, FOLDER, TEXTS


@pytest.mark.parametrize("name", TEXTS)
def test_a_deployment_changes_with_its_golden_file(name: str) -> None:
    """Is the difference what was meant? Then `.venv/bin/python -m tests.golden` writes the file anew."""
    assert TEXTS[name]() == (FOLDER / name).read_text()


def test_no_golden_file_is_left_over() -> None:
    files = {path.name for path in FOLDER.iterdir() if path.suffix in (".txt", ".yaml")}
    assert files == {*TEXTS, *(f"{name}.yaml" for name in CHANGED)}
