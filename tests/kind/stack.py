"""The stack that is deployed: the committed `local`, in a copy, with what has to differ on kind.

The list is closed; docs/KIND.md has it with the reasons.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from components.pod_layout import BUNDLE_FILE, BUNDLE_PATH
from offline.program import merged
from tests.engine.project import Project
from tests.kind import backing

STACK = "local"
REPOSITORY, TAG = "kind.local/airflow", "3.3.2"
IMAGE = f"{REPOSITORY}:{TAG}"
"""What the workflow builds from this commit. No registry has it: a pod that is not given it fails."""

PROGRAMS = {
    "pulumi-resource-aws": ("tests.kind.provider", "aws"),
    "aws": ("tests.kind.aws_program",),
}
"""Everything else on PATH is real, as are the providers for Kubernetes and random values."""

_SERVER = f"http://{backing.address('aws')}:{backing.AWS_PORT}"
_COMPONENTS = ("scheduler", "api_server", "dag_processor", "triggerer", "workers")
OVERRIDES: Mapping[str, Any] = {
    "airflow": {
        "image": {"repository": REPOSITORY, "tag": TAG},
        "env": {
            "AWS_ENDPOINT_URL": _SERVER,
            # In place of a role per service account: without EKS's webhook no pod is given one.
            "AWS_EC2_METADATA_SERVICE_ENDPOINT": _SERVER,
            # boto3 would ask once, for a second: too short while everything starts on few cores.
            "AWS_METADATA_SERVICE_TIMEOUT": "10",
            "AWS_METADATA_SERVICE_NUM_ATTEMPTS": "5",
            # The broker's client trusts public authorities; none of them signs names of this cluster.
            "SSL_CERT_FILE": BUNDLE_PATH,
        },
        # A machine of two cores has to hold them all beside the cluster's own pods.
        "components": {name: {"requests": {"cpu": "50m"}} for name in _COMPONENTS},
        # A release that does not come up stays as it is, so that its pods can be asked why.
        "upgrade": True,
    }
}


def project(folder: Path) -> Project:
    """The program below `folder` with our authority in place of Amazon's, and the stack's file changed."""
    made = Project(folder / "project", PROGRAMS)
    shutil.copy(backing.certificates(folder).authority, made.program / "components" / "data" / BUNDLE_FILE)
    made.edit(STACK, _override)
    # The engine fetches the providers that are real.
    made.environment["PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"] = "false"
    return made


def _override(config: dict[str, Any]) -> None:
    for name, change in OVERRIDES.items():
        config[f"airflow:{name}"] = merged(config[f"airflow:{name}"], change)
