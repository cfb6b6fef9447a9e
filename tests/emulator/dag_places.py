"""Places that DAGs come from, in the hands of a test: a new file is put where its author would put it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3

from emulator.machine import Machine

Put = Callable[[str, str], None]
"""Adds a file by name and text."""

DAG = """\
from airflow.sdk import dag, task


@dag(schedule=None)
def {0}():
    @task
    def nothing() -> None:
        pass

    nothing()


{0}()
"""


def file_in(folder: Path) -> Put:
    """As an editor would."""

    def put(name: str, text: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)

    return put


def commit_to(repository: Path, folder: str = "") -> Put:
    """A commit on `main`; the repository is made with the first one."""
    roles, parts = ("AUTHOR", "COMMITTER"), ("NAME", "EMAIL")
    who = {f"GIT_{role}_{part}": "test@example.com" for role in roles for part in parts}
    environment = {**os.environ, **who, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}

    def git(*arguments: str) -> None:
        subprocess.run(["git", *arguments], cwd=repository, env=environment, check=True, capture_output=True)

    def put(name: str, text: str) -> None:
        if not repository.exists():
            repository.mkdir(parents=True)
            git("init", "--initial-branch=main")
        file_in(repository / folder)(name, text)
        git("add", ".")
        git("commit", "--message", name)

    return put


def object_in(machine: Machine, bucket: str, prefix: str) -> Put:
    """An upload by somebody with the stack's own key."""

    def put(name: str, text: str) -> None:
        environment = machine.substitutions.environment()
        client: Any = boto3.client(
            "s3",
            region_name=machine.region,
            endpoint_url=environment["AWS_ENDPOINT_URL"],
            aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
        )
        client.put_object(Bucket=bucket, Key=f"{prefix}/{name}", Body=text.encode())

    return put
