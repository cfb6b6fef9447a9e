"""A kubeconfig as kind writes it, and kind and kubectl of the test's own on PATH."""

from base64 import b64encode
from pathlib import Path

import pytest
import yaml

from operations import stack_file
from tests.kind.cluster import KUBECONFIG, Cluster
from tests.operations.programs import put

SERVER = "https://127.0.0.1:40404"
FILES = {name: b64encode(name.encode()).decode() for name in ("authority", "certificate", "key")}
CONTENT = {
    "clusters": [
        {
            "name": "kind-airflow",
            "cluster": {"server": SERVER, "certificate-authority-data": FILES["authority"]},
        }
    ],
    "users": [
        {
            "name": "kind-airflow",
            "user": {
                "client-certificate-data": FILES["certificate"],
                "client-key-data": FILES["key"],
            },
        }
    ],
}
QUIET = """
if "-" in sys.argv:
    open(__file__ + ".given", "a").write(sys.stdin.read() + "\\n")
"""
"""kubectl that does as it is told, and notes what it is given to apply."""


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    """A cluster whose programs note how they are called, in `bin` of the test's folder."""
    monkeypatch.setattr(stack_file, "ROOT", tmp_path)  # where `put` lays programs
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    put("kind", "")
    put("kubectl", QUIET)
    path = tmp_path / "kubeconfig"
    path.write_text(yaml.safe_dump(CONTENT))
    monkeypatch.setenv(KUBECONFIG, str(path))
    return Cluster(path)
