"""Makes an S3 source of a stack hold exactly the DAG folder: changed files go up, then what left is deleted.

python -m operations.dag_sync dev --dry-run
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import boto3

from operations.aws_errors import explained
from operations.dag_bucket import DagBucket
from operations.errors import OperationError, command
from operations.stack_file import StackFile, read_stack_file

ROOT = Path(__file__).resolve().parents[1]
CACHES = ("__pycache__", ".ruff_cache", ".mypy_cache", ".pytest_cache", ".ipynb_checkpoints")
KEPT_HIDDEN = ".airflowignore"


def sync(bucket: DagBucket, folder: Path, *, dry_run: bool) -> list[str]:
    """Brings the bucket's folder in line, or only says what that would be: one line per object.

    Raises OperationError; nothing is deleted before everything is uploaded.
    """
    files = dag_files(folder)
    there = bucket.listed()
    changed = [name for name, path in files.items() if name not in there or not bucket.holds(name, path)]
    left = sorted(there - files.keys())
    if not dry_run:
        for name in changed:
            bucket.upload(name, files[name])
        bucket.delete(left)
    would, uploaded, deleted = (
        ("would ", "to upload", "to delete") if dry_run else ("", "uploaded", "deleted")
    )
    return [
        *(f"{would}{'change' if name in there else 'add'} {bucket.url(name)}" for name in changed),
        *(f"{would}delete {bucket.url(name)}" for name in left),
        f"{bucket.url('')}: {len(changed)} {uploaded}, {len(left)} {deleted}, "
        f"{len(files) - len(changed)} unchanged",
    ]


def dag_files(folder: Path) -> dict[str, Path]:
    """The folder's files by their name in the bucket. Raises OperationError for none, and for a link."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        hidden = any(part.startswith(".") and part != KEPT_HIDDEN for part in name.parts)
        if hidden or any(part in CACHES for part in name.parts) or path.suffix == ".pyc":
            continue
        if path.is_symlink():
            raise OperationError(f"{path}: a link, which could lead to any file; put the file itself here")
        if path.is_file():
            found[name.as_posix()] = path
    if not any(name.endswith((".py", ".zip")) for name in found):
        raise OperationError(f"{folder}: no DAG file; all that is in the bucket would be deleted")
    return found


def bucket_of(stack: StackFile, source: str | None, endpoint_url: str | None = None) -> DagBucket:
    """The stack's S3 source of that name, or its only one. Raises OperationError."""
    listed = stack.section("airflow").get("dags")
    known = {
        str(entry.get("name")): entry
        for entry in (listed if isinstance(listed, list) else [])
        if isinstance(entry, dict) and entry.get("source") == "s3"
    }
    if not known:
        raise OperationError(
            f"{stack.path}: no source s3 in airflow:airflow.dags; add one, or sync another stack"
        )
    if source is None and len(known) > 1:
        raise OperationError(f"{stack.path}: several S3 sources; name one with --source: {', '.join(known)}")
    chosen = known.get(source or next(iter(known)))
    if chosen is None:
        raise OperationError(f"{stack.path}: no S3 source {source}; there is {', '.join(known)}")
    prefix = str(chosen.get("prefix") or "").strip("/")
    if not prefix:
        raise OperationError(
            f"{stack.path}: the S3 source {chosen.get('name')} has no prefix, and the whole bucket would "
            "be pruned; give it a prefix"
        )
    s3 = boto3.client("s3", region_name=stack.region, endpoint_url=endpoint_url)
    return DagBucket(s3, str(chosen.get("bucket")), f"{prefix}/", chosen.get("key_arn"))


@command("dag-sync")
def main(arguments: Sequence[str] | None = None) -> int:
    """The command: 0 if the bucket is in line or the plan is told, 1 with one line if not."""
    parser = argparse.ArgumentParser(prog="python -m operations.dag_sync", description="DAG files into S3")
    parser.add_argument("stack", help="name of the stack file, such as dev")
    parser.add_argument(
        "--folder", type=Path, default=ROOT / "dags", help="folder of DAG files (default: dags)"
    )
    parser.add_argument("--source", help="name of the S3 source, where the stack has several")
    parser.add_argument("--dry-run", action="store_true", help="only say what would happen")
    parser.add_argument("--endpoint-url", help="address that answers in the place of S3")
    given = parser.parse_args(arguments)
    with explained():
        bucket = bucket_of(read_stack_file(given.stack), given.source, given.endpoint_url)
        lines = sync(bucket, given.folder, dry_run=given.dry_run)
    print("\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
