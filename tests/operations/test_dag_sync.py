"""DAG files into an S3 source: what goes up, what is deleted, and what is never touched."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from operations import dag_bucket, dag_sync, stack_file
from operations.dag_bucket import sha256

BUCKET, REGION = "dags-of-the-test", "us-east-1"
KEY_ARN = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"
SOURCE = {"source": "s3", "name": "main", "bucket": BUCKET, "prefix": "team/dags"}


@pytest.fixture
def s3(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A bucket with a folder beside ours, another whose name begins like ours, and an object above."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setattr(stack_file, "ROOT", tmp_path)
    write_stack(tmp_path, [{"source": "image"}, SOURCE])
    folder = tmp_path / "dags"
    (folder / "lib").mkdir(parents=True)
    (folder / "sales.py").write_text("one")
    (folder / "lib" / "helper.py").write_text("helper")
    (folder / ".airflowignore").write_text("lib/")
    with mock_aws():
        client = boto3.client("s3", region_name=REGION)
        client.create_bucket(Bucket=BUCKET)
        for key in ("above", "team/dags-of-others/a.py", "team/other/b.py", "team/dags/"):
            client.put_object(Bucket=BUCKET, Key=key, Body=b"")
        yield client


def write_stack(root: Path, dags: Any) -> None:
    (root / "stacks").mkdir(exist_ok=True)
    (root / "stacks" / "Pulumi.x.yaml").write_text(
        f"config:\n  airflow:account: {{region: {REGION}}}\n  airflow:airflow: {{dags: {dags!r}}}\n"
    )


def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, list[str], str]:
    code = dag_sync.main(["x", "--folder", str(tmp_path / "dags"), *more])
    said = capsys.readouterr()
    return code, said.out.splitlines(), said.err


def keys(s3: Any) -> set[str]:
    return {found["Key"] for found in s3.list_objects_v2(Bucket=BUCKET)["Contents"]}


OTHERS = {"above", "team/dags-of-others/a.py", "team/other/b.py", "team/dags/"}
OURS = {f"team/dags/{name}" for name in (".airflowignore", "lib/helper.py", "sales.py")}


def test_the_first_sync_uploads_all(s3: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, lines, _ = run(tmp_path, capsys)
    assert (code, keys(s3)) == (0, OURS | OTHERS)
    assert f"add s3://{BUCKET}/team/dags/lib/helper.py" in lines
    assert lines[-1] == f"s3://{BUCKET}/team/dags/: 3 uploaded, 0 deleted, 0 unchanged"


def test_only_what_changed_goes_up_and_what_left_is_deleted(
    s3: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(tmp_path, capsys)
    (tmp_path / "dags" / "sales.py").write_text("two")  # of the same size
    (tmp_path / "dags" / "lib" / "helper.py").unlink()
    code, lines, _ = run(tmp_path, capsys)
    assert code == 0
    assert lines == [
        f"change s3://{BUCKET}/team/dags/sales.py",
        f"delete s3://{BUCKET}/team/dags/lib/helper.py",
        f"s3://{BUCKET}/team/dags/: 1 uploaded, 1 deleted, 1 unchanged",
    ]
    assert keys(s3) == OURS - {"team/dags/lib/helper.py"} | OTHERS
    assert s3.get_object(Bucket=BUCKET, Key="team/dags/sales.py")["Body"].read() == b"two"
    assert run(tmp_path, capsys)[1][-1].endswith("0 uploaded, 0 deleted, 2 unchanged")


def test_a_file_that_somebody_else_wrote_is_put_right(
    s3: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(tmp_path, capsys)
    s3.put_object(Bucket=BUCKET, Key="team/dags/sales.py", Body=b"six")
    assert run(tmp_path, capsys)[1][0] == f"change s3://{BUCKET}/team/dags/sales.py"
    assert s3.get_object(Bucket=BUCKET, Key="team/dags/sales.py")["Body"].read() == b"one"


def test_a_dry_run_tells_the_same_and_does_nothing(
    s3: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    s3.put_object(Bucket=BUCKET, Key="team/dags/gone.py", Body=b"x")
    before = keys(s3)
    code, lines, _ = run(tmp_path, capsys, "--dry-run")
    assert (code, keys(s3)) == (0, before)
    assert lines[-2:] == [
        f"would delete s3://{BUCKET}/team/dags/gone.py",
        f"s3://{BUCKET}/team/dags/: 3 to upload, 1 to delete, 0 unchanged",
    ]


def test_deletions_are_counted_by_the_thousand(
    s3: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dag_bucket, "KEYS_PER_DELETE", 2)
    for number in range(5):
        s3.put_object(Bucket=BUCKET, Key=f"team/dags/old{number}.py", Body=b"x")
    run(tmp_path, capsys)
    assert keys(s3) == OURS | OTHERS


def test_the_buckets_key_encrypts(s3: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_stack(tmp_path, [{**SOURCE, "key_arn": KEY_ARN}])
    run(tmp_path, capsys)
    head = s3.head_object(Bucket=BUCKET, Key="team/dags/sales.py", ChecksumMode="ENABLED")
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", KEY_ARN)
    assert head["ChecksumSHA256"] == sha256(b"one")


def test_caches_and_hidden_files_stay_here(
    s3: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("__pycache__/sales.cpython-311.pyc", ".env", ".git/config", "lib/__pycache__/x.py"):
        (tmp_path / "dags" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "dags" / name).write_text("x")
    run(tmp_path, capsys)
    assert keys(s3) == OURS | OTHERS


@pytest.mark.parametrize(
    ("dags", "more", "said"),
    [
        ([{"source": "image"}], [], "no source s3"),
        ([SOURCE, {**SOURCE, "name": "second"}], [], "--source: main, second"),
        ([SOURCE], ["--source", "third"], "no S3 source third; there is main"),
        ([{"source": "s3", "name": "main", "bucket": BUCKET}], [], "give it a prefix"),
        ([{**SOURCE, "prefix": "/"}], [], "give it a prefix"),
        ([{**SOURCE, "bucket": "no-such-bucket"}], [], "NoSuchBucket"),
    ],
)
def test_a_source_that_cannot_be_synced_is_one_line(
    s3: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str], dags: Any, more: list[str], said: str
) -> None:
    write_stack(tmp_path, dags)
    code, _, error = run(tmp_path, capsys, *more)
    assert (code, keys(s3)) == (1, OTHERS)
    (line,) = error.splitlines()
    assert line.startswith("dag-sync: ")
    assert said in line


def test_an_empty_folder_deletes_nothing(s3: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(tmp_path, capsys)
    for path in (tmp_path / "dags").rglob("*.py"):
        path.unlink()
    code, _, error = run(tmp_path, capsys)
    assert (code, keys(s3)) == (1, OURS | OTHERS)
    assert "would be deleted" in error


def test_a_link_is_refused(s3: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "secret").write_text("of the machine")
    os.symlink(tmp_path / "secret", tmp_path / "dags" / "link.py")
    code, _, error = run(tmp_path, capsys)
    assert (code, keys(s3)) == (1, OTHERS)
    assert "link.py: a link" in error


def test_what_s3_kept_is_told(
    s3: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Keeping:
        def __getattr__(self, name: str) -> Any:
            return getattr(s3, name)

        def delete_objects(self, **_: Any) -> dict[str, Any]:
            return {"Errors": [{"Key": "team/dags/gone.py", "Code": "AccessDenied"}]}

    monkeypatch.setattr(boto3, "client", lambda *_, **__: Keeping())
    s3.put_object(Bucket=BUCKET, Key="team/dags/gone.py", Body=b"x")
    code, _, error = run(tmp_path, capsys)
    assert code == 1
    assert "team/dags/gone.py (AccessDenied)" in error
