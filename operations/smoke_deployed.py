"""The smoke test of a deployed stack, which finds what it needs by itself: a step after `pulumi up`.

    python -m operations.smoke_deployed STACK

Needs the rights of the stack's deployer, and `aws`, `kubectl` and `pulumi` on PATH. It forwards a port.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import boto3
from rich.console import Console

from operations.aws_errors import explained
from operations.errors import command
from operations.port_forward import port_forward
from operations.programs import run
from operations.smoke import Target, run_smoke
from operations.stack_file import StackFile, read_stack_file

SERVICE, PORT = "airflow-api-server", 8080


@command("smoke")
def main(arguments: Sequence[str] | None = None) -> int:
    """The command: 0 if the deployment works, 1 if not or if it could not be reached."""
    parser = argparse.ArgumentParser(prog="python -m operations.smoke_deployed", description=__doc__)
    parser.add_argument("stack", help="name of a file stacks/Pulumi.<stack>.yaml")
    given = parser.parse_args(arguments)
    stack = read_stack_file(given.stack)
    with tempfile.TemporaryDirectory() as folder, forwarded(stack, Path(folder)) as url:
        report = run_smoke(target(stack, url))
    report.show(Console())
    return 0 if report.ok else 1


def target(stack: StackFile, url: str) -> Target:
    """The deployment by what its stack file, its state and its parameters say."""
    airflow = stack.section("airflow")
    return Target(
        url=url,
        username=str((airflow.get("admin") or {}).get("username", "admin")),
        password=_password(stack),
        version=airflow.get("version"),
        bucket=run(["pulumi", "stack", "output", "log_bucket", "--stack", stack.name]).strip(),
        log_prefix=str(stack.section("logs").get("prefix", "logs")),
        ssm_prefix=f"/airflow/{stack.name}/variables",
        region=stack.region,
    )


@contextmanager
def forwarded(stack: StackFile, folder: Path) -> Iterator[str]:
    """A URL that leads to the UI until the block ends. The user's kubeconfig stays as it is."""
    environment = {**os.environ, "KUBECONFIG": str(folder / "kubeconfig")}
    place = ["--name", stack.cluster, "--region", stack.region]
    run(["aws", "eks", "update-kubeconfig", *place], environment)
    with port_forward(environment, stack.namespace, SERVICE, PORT) as url:
        yield url


def _password(stack: StackFile) -> str:
    name = f"/airflow/{stack.name}/bootstrap/admin-password"
    with explained():
        found = boto3.client("ssm", region_name=stack.region).get_parameter(Name=name, WithDecryption=True)
    return str(found["Parameter"]["Value"])


if __name__ == "__main__":
    sys.exit(main())
