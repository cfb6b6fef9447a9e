"""Stands for the AWS CLI: gives the program's kubeconfig, and the smoke test's, the way into kind's cluster.

The credentials are kind's client certificate; EKS would give a token.
"""

import json
import os
import sys
from base64 import b64decode
from collections.abc import Sequence
from pathlib import Path

from emulator.files import write_private
from tests.kind.cluster import KUBECONFIG, Cluster

API_VERSION = "client.authentication.k8s.io/v1beta1"
"""As the program's kubeconfig asks for it."""


def main(arguments: Sequence[str]) -> int:
    """Answers `eks get-token` and `eks update-kubeconfig`; 2 for everything else."""
    cluster = Cluster(Path(os.environ[KUBECONFIG]))
    if "get-token" in arguments:
        _, user = cluster.access()
        names = {"clientCertificateData": "client-certificate-data", "clientKeyData": "client-key-data"}
        status = {name: b64decode(user[kinds]).decode() for name, kinds in names.items()}
        print(json.dumps({"apiVersion": API_VERSION, "kind": "ExecCredential", "status": status}))
    elif "update-kubeconfig" in arguments:
        write_private(Path(os.environ["KUBECONFIG"]), cluster.kubeconfig.read_text())
    else:
        print(f"aws {' '.join(arguments)}: nothing stands in for this", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
