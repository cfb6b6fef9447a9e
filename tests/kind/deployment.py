"""From no cluster to a passed smoke test, each step in its order."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from offline import ROOT
from operations.errors import OperationError
from operations.port_forward import port_forward
from tests.engine.project import Project
from tests.kind import backing
from tests.kind.cluster import KUBECONFIG, Cluster
from tests.kind.stack import IMAGE, STACK, project

UP_SECONDS = 1500
"""Helm gives the release half an hour; here the images are small or loaded, so it is lost long before."""

CREDENTIALS = {"AWS_ACCESS_KEY_ID": "kind", "AWS_SECRET_ACCESS_KEY": "kind", "AWS_REGION": "us-east-1"}
"""Any will do: the AWS server of the cluster looks at none."""


def up(folder: Path, cluster: Cluster) -> None:
    """Everything below `folder`. Raises OperationError with the step that failed."""
    cluster.create()
    cluster.load(IMAGE)
    cluster.apply(backing.aws())
    cluster.wait(backing.NAMESPACE, "aws")
    deployed = project(folder)
    with port_forward(cluster.environment, backing.NAMESPACE, "aws", backing.AWS_PORT) as url:
        around = {KUBECONFIG: str(cluster.kubeconfig), "AWS_ENDPOINT_URL": url, **CREDENTIALS}
        deploy(deployed, around)
        smoke(deployed, around)


def deploy(deployed: Project, around: Mapping[str, str]) -> None:
    """The stack is made, and then nothing is left to do."""
    for command in (
        ["stack", "init", STACK],
        ["up", "--yes", "--skip-preview", "--stack", STACK],
        ["preview", "--expect-no-changes", "--stack", STACK],
    ):
        pulumi = ["pulumi", "--non-interactive", "--color", "never", *command]
        _step(pulumi, deployed.program, {**deployed.environment, **around})


def smoke(deployed: Project, around: Mapping[str, str]) -> None:
    """The same command as after every deployment to AWS."""
    environment = {**deployed.environment, **around, "PYTHONPATH": str(ROOT)}
    _step([sys.executable, "-m", "operations.smoke_deployed", STACK], deployed.program, environment)


def _step(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> None:
    """Shows what the command says while it says it: a run that hangs should tell where."""
    name, begun = " ".join(Path(part).name for part in command), time.monotonic()
    print(f"kind: {name}", flush=True)
    try:
        code = subprocess.run(
            command, cwd=folder, env=environment, timeout=UP_SECONDS, check=False
        ).returncode
    except subprocess.TimeoutExpired:
        raise OperationError(f"{name}: has not ended after {UP_SECONDS} s") from None
    if code:
        raise OperationError(f"{name}: exit code {code} after {time.monotonic() - begun:.0f} s")
