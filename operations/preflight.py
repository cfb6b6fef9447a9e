"""Is a stack's cluster ready? One line per prerequisite, with the remedy for what the stack's settings need.

    python -m operations.preflight STACK [--context NAME]

Only looks; the rights to list cluster-wide objects are enough.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from typing import Any

import urllib3
from kubernetes import client, config
from kubernetes.client.exceptions import ApiException
from kubernetes.config.config_exception import ConfigException

from operations.errors import OperationError, command
from operations.preflight_prerequisites import PREREQUISITES, Prerequisite
from operations.stack_file import StackFile, read_stack_file

Line = tuple[str, str]
"""ok, missing or not needed; and what is said about it."""


def connect(stack: StackFile, context: str | None) -> client.ApiClient:
    """The user's cluster. Raises OperationError for a kubeconfig that leads nowhere, or elsewhere."""
    update = f"aws eks update-kubeconfig --name {stack.cluster} --region {stack.region}"
    try:
        listed: Any = config.list_kube_config_contexts()  # (all, the current one)
        contexts, active = listed
        found = next((known for known in contexts if known["name"] == context), None) if context else active
        if found is None:
            names = ", ".join(known["name"] for known in contexts)
            raise OperationError(
                f"no context {context} in the kubeconfig; there are {names}, or run {update}"
            )
        _same_cluster(found["context"]["cluster"], stack, update)
        settings: Any = client.Configuration()
        settings.retries = 0  # one answer decides; a second one would come after minutes
        config.load_kube_config(context=found["name"], client_configuration=settings)
    except ConfigException as error:
        words = " ".join(str(error).split())
        raise OperationError(f"the kubeconfig cannot be used ({words}); run {update}") from None
    return client.ApiClient(settings)


def _same_cluster(cluster: str, stack: StackFile, update: str) -> None:
    """A name that AWS's CLI has written is an ARN, and then it must be that of the stack."""
    wanted = f":{stack.region}:{stack.account_id}:cluster/{stack.cluster}"
    if cluster.startswith("arn:") and not cluster.endswith(wanted):
        raise OperationError(
            f"the kubeconfig leads to {cluster}, {stack.path} to {stack.cluster}; run {update}"
        )


def check(stack: StackFile, api: client.ApiClient) -> Iterator[Line]:
    """One line per prerequisite, as it is known."""
    for prerequisite in PREREQUISITES:
        yield _judge(prerequisite, stack, api)


def _judge(prerequisite: Prerequisite, stack: StackFile, api: client.ApiClient) -> Line:
    reason = prerequisite.needed(stack)
    found = prerequisite.probe(api)
    if found:
        return "ok", f"{prerequisite.name}: {found}"
    if reason:
        return "missing", f"{prerequisite.name}: {reason}; {prerequisite.remedy}"
    return "not needed", f"{prerequisite.name}: {prerequisite.needed_when}"


def _explained(error: ApiException | urllib3.exceptions.HTTPError | OSError) -> str:
    if isinstance(error, ApiException) and error.status == 401:
        return "the cluster does not know you (401); sign in again, or ask for an access entry"
    if isinstance(error, ApiException) and error.status == 403:
        return "no right to list cluster-wide objects (403); use a role with AmazonEKSAdminViewPolicy"
    if isinstance(error, ApiException):
        return f"the cluster answers {error.status} {error.reason}"
    return "the cluster cannot be reached; a private endpoint needs its VPN, or the context is an old one"


@command("preflight")
def main(arguments: Sequence[str] | None = None) -> int:
    """The command: 0 if nothing that the stack needs is missing, 1 otherwise."""
    parser = argparse.ArgumentParser(prog="python -m operations.preflight", description=__doc__)
    parser.add_argument("stack", help="name of a file stacks/Pulumi.<stack>.yaml")
    parser.add_argument("--context", help="of the kubeconfig (default: its current one)")
    given = parser.parse_args(arguments)
    missing = 0
    try:
        stack = read_stack_file(given.stack)
        for state, line in check(stack, connect(stack, given.context)):
            missing += state == "missing"
            print(f"{state:11} {line}", flush=True)
    except (ApiException, urllib3.exceptions.HTTPError, OSError) as error:
        raise OperationError(_explained(error)) from None
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
