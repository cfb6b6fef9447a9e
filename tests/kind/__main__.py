"""The program's Kubernetes part on a cluster of kind: the real provider, chart and pods, AWS stood in for.

    python -m tests.kind up            a new cluster, the stack in it, the smoke test
    python -m tests.kind logs FOLDER   what the pods say, without secrets
    kind delete cluster --name airflow

Needs docker, kind, kubectl and pulumi on PATH, and the image that tests/kind/stack.py names, built.
docs/KIND.md tells what is real.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from operations.errors import OperationError
from tests.kind import deployment, logs
from tests.kind.cluster import Cluster


def main(arguments: Sequence[str] | None = None) -> int:
    """The command: 0, or 1 with one line."""
    parser = argparse.ArgumentParser(prog="python -m tests.kind")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("up")
    commands.add_parser("logs").add_argument("folder", type=Path)
    given = parser.parse_args(arguments)
    try:
        with tempfile.TemporaryDirectory() as folder:
            cluster = Cluster(Path(folder) / "kubeconfig")
            if given.command == "up":
                deployment.up(Path(folder), cluster)
            else:
                logs.collect(cluster, given.folder)
    except (OperationError, OSError) as error:
        print(f"kind: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
