"""What a failed run leaves to read: pods, Jobs and events as kubectl tells them, and what containers wrote.

Secrets are read to be taken out of it, and are never written.
"""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from operations.errors import OperationError
from tests.kind.backing import NAMESPACE
from tests.kind.cluster import Cluster

NAMESPACES = ("airflow", NAMESPACE, "kube-system")
HIDDEN = "[secret]"
LINES = 1000
"""Of each container's log."""


def collect(cluster: Cluster, folder: Path) -> None:
    """One file per namespace and question, in `folder`. What cannot be asked is told in its place."""
    cluster.connect()
    hidden = sorted(secrets(cluster), key=len, reverse=True)
    folder.mkdir(parents=True, exist_ok=True)
    for namespace in NAMESPACES:
        for name, text in _told(cluster, namespace):
            for secret in hidden:
                text = text.replace(secret, HIDDEN)
            (folder / f"{namespace}-{name}.txt").write_text(text)


def secrets(cluster: Cluster) -> set[str]:
    """Every value of every Secret, line by line, and the passwords inside URLs; short ones hide nothing."""
    listed = json.loads(cluster.kubectl("get", "secrets", "--all-namespaces", "--output", "json"))["items"]
    encoded = [value for secret in listed for value in secret.get("data", {}).values()]
    values = [b64decode(value).decode(errors="replace") for value in encoded]
    parts = [part for value in values for part in (*value.split(), urlsplit(value).password or "")]
    return {part for part in parts if len(part) >= 12}


def _told(cluster: Cluster, namespace: str) -> Iterator[tuple[str, str]]:
    def ask(*arguments: str) -> str:
        try:
            return cluster.kubectl("--namespace", namespace, *arguments)
        except OperationError as error:
            return f"{error}\n"

    yield "objects", ask("get", "pods,jobs,deployments,statefulsets,services", "--output", "wide")
    yield "events", ask("get", "events", "--sort-by", ".lastTimestamp")
    yield "pods", ask("describe", "pods")
    for pod in ask("get", "pods", "--output", "name").split():
        options = ["--all-containers", "--prefix", "--tail", str(LINES)]
        yield pod.replace("/", "-"), ask("logs", pod, *options)
        previous = ask("logs", pod, *options, "--previous")
        yield f"{pod.replace('/', '-')}-previous", previous
