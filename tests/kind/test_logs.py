"""What a failed run leaves to read holds no secret, whoever printed it."""

from __future__ import annotations

import json
from base64 import b64encode
from pathlib import Path

import pytest

from offline.graph import plain
from tests.kind import __main__ as command
from tests.kind.cluster import Cluster
from tests.operations.programs import put
from tests.recorded import recorded

KUBECTL = """
import json
if "secrets" in sys.argv:
    print(open({listed!r}).read())
elif "logs" in sys.argv:
    if "--previous" in sys.argv:
        sys.exit("error: previous terminated container not found")
    print("before\\n" + open({noise!r}).read() + "\\nafter")
elif sys.argv[-1] == "name":
    print("pod/airflow-scheduler-0")
else:
    print(" ".join(sys.argv[1:]))
"""


def generated() -> dict[str, dict[str, str]]:
    """Name of each Secret of the stack to its content, with generated values."""
    secrets = recorded("local").of_type("kubernetes:core/v1:Secret")
    return {plain(s.inputs)["metadata"]["name"]: plain(s.inputs)["stringData"] for s in secrets}


@pytest.fixture
def folder(cluster: Cluster, tmp_path: Path) -> Path:
    """A cluster whose pods print all that they know, and the folder that the logs go to."""
    data = [{k: b64encode(v.encode()).decode() for k, v in each.items()} for each in generated().values()]
    (tmp_path / "listed").write_text(json.dumps({"items": [{"data": each} for each in data] + [{}]}))
    values = [value for each in generated().values() for value in each.values()]
    (tmp_path / "noise").write_text("\n".join([*values, *recorded("local").secrets()]))
    put("kubectl", KUBECTL.format(listed=str(tmp_path / "listed"), noise=str(tmp_path / "noise")))
    return tmp_path / "logs"


def test_no_secret_is_in_what_is_kept(folder: Path) -> None:
    assert command.main(["logs", str(folder)]) == 0
    kept = "\n".join(path.read_text() for path in folder.iterdir())
    in_secrets = {value for each in generated().values() for value in each.values()}
    assert len(in_secrets) >= 7
    assert [value for value in in_secrets if value in kept] == []
    inside_urls = [s for s in recorded("local").secrets() if any(s in value for value in in_secrets)]
    assert [secret for secret in inside_urls if secret in kept] == []
    assert "before\n[secret]" in kept


def test_what_the_pods_say_is_kept_and_what_cannot_be_asked_is_told(folder: Path) -> None:
    command.main(["logs", str(folder)])
    names = {path.name for path in folder.glob("airflow-*")}
    assert names == {
        "airflow-events.txt",
        "airflow-objects.txt",
        "airflow-pods.txt",
        "airflow-pod-airflow-scheduler-0.txt",
        "airflow-pod-airflow-scheduler-0-previous.txt",
    }
    assert "previous terminated" in (folder / "airflow-pod-airflow-scheduler-0-previous.txt").read_text()
    assert "describe pods" in (folder / "airflow-pods.txt").read_text()


def test_nothing_is_kept_where_the_secrets_are_not_known(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put("kubectl", "sys.exit('refused' if 'secrets' in sys.argv else 0)")
    assert command.main(["logs", str(folder)]) == 1
    assert capsys.readouterr().err == "kind: kubectl get secrets: refused\n"
    assert not folder.exists()


def test_without_a_cluster_it_is_one_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put("kind", "sys.exit('ERROR: could not locate any control plane nodes')")
    assert command.main(["logs", str(folder)]) == 1
    assert "could not locate" in capsys.readouterr().err
