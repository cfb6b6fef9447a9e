"""A way from this machine to a service inside the cluster."""

import re
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from operations.errors import OperationError


@contextmanager
def port_forward(environment: Mapping[str, str], namespace: str, service: str, port: int) -> Iterator[str]:
    """A URL of the service until the block ends. KUBECONFIG of the environment names the cluster."""
    command = ["kubectl", "--namespace", namespace, "port-forward", f"service/{service}", f":{port}"]
    with tempfile.TemporaryFile("w+") as errors:
        forward = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True)
        try:
            said = forward.stdout.readline() if forward.stdout else ""  # empty if kubectl gave up
            found = re.search(r"127\.0\.0\.1:(\d+) ->", said)
            if not found:
                errors.seek(0)
                raise OperationError(
                    f"kubectl port-forward: {' '.join(errors.read().split()) or said.strip()}"
                )
            yield f"http://127.0.0.1:{found[1]}"
        finally:
            forward.terminate()
            forward.wait()
            if forward.stdout:
                forward.stdout.close()
