"""The cluster: made with kind, spoken to with kubectl, gone afterwards."""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from operations.programs import run

NAME = "airflow"
NODE = "kindest/node:v1.35.8@sha256:07b2536e30b803ed61d1677a79df6115f798ce64c80f9e22f6ed45afd09323c0"
"""The newest Kubernetes that Airflow is tested with, in the build for the kind that the workflow installs."""
KUBECONFIG = "KIND_KUBECONFIG"
"""Environment variable with the path of kind's kubeconfig. Not kubectl's: nothing but the kubeconfig that the
program makes may lead its provider to the cluster."""

_CREATE_SECONDS, _LOAD_SECONDS = 600, 600


class Cluster:
    """The one cluster of this machine; `kubeconfig` is written by `create` or `connect`."""

    def __init__(self, kubeconfig: Path) -> None:
        self.kubeconfig = kubeconfig
        self.environment: Mapping[str, str] = {**os.environ, "KUBECONFIG": str(kubeconfig)}

    def create(self) -> None:
        """A new one; what an earlier run left is deleted first."""
        run(["kind", "delete", "cluster", "--name", NAME])  # no error where there is none
        options = ["--image", NODE, "--kubeconfig", str(self.kubeconfig), "--wait", "180s"]
        run(["kind", "create", "cluster", "--name", NAME, *options], seconds=_CREATE_SECONDS)

    def connect(self) -> None:
        """Finds the cluster that another process has made. Raises OperationError if there is none."""
        run(["kind", "export", "kubeconfig", "--name", NAME, "--kubeconfig", str(self.kubeconfig)])

    def load(self, image: str) -> None:
        """Gives the node an image of this machine's docker."""
        run(["kind", "load", "docker-image", image, "--name", NAME], seconds=_LOAD_SECONDS)

    def kubectl(self, *arguments: str, given: str | None = None, seconds: float = 120) -> str:
        """What kubectl prints."""
        return run(["kubectl", *arguments], self.environment, given=given, seconds=seconds)

    def apply(self, objects: Sequence[Mapping[str, Any]]) -> None:
        """Makes or changes the objects. They go in as input: a command line is readable to every process."""
        together = {"apiVersion": "v1", "kind": "List", "items": list(objects)}
        self.kubectl("apply", "--filename", "-", given=json.dumps(together))

    def wait(self, namespace: str, deployment: str) -> None:
        """Until the deployment's pods are ready. Raises OperationError after five minutes."""
        options = ["--namespace", namespace, "--timeout", "300s"]
        self.kubectl("rollout", "status", f"deployment/{deployment}", *options, seconds=330)

    def access(self) -> tuple[dict[str, str], dict[str, str]]:
        """What the kubeconfig says of the cluster and of its user."""
        content = yaml.safe_load(self.kubeconfig.read_text())
        return content["clusters"][0]["cluster"], content["users"][0]["user"]
