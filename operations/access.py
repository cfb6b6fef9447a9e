"""Prints what a role of the pipelines needs for a stack, as an administrator's script.

    python -m operations.access STACK ROLE

`reader` previews, so it can decrypt what is secret in states; `drift` refreshes too, so it reads generated
secrets in SSM as well; `scan` reads the deployed image;
`deployer` deploys; `janitor` destroys ephemeral stacks in STACK's account. The policies go to the role, an
access entry lets it into the cluster. Nothing is changed by printing. The script may be run again, and brings
what it finds up to date.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from operations.access_policies import IDENTIFYING_TAGS, Place, Role, policies
from operations.errors import OperationError, command
from operations.stack_file import StackFile, read_stack_file

CLUSTER_POLICIES: dict[Role, str | None] = {
    "reader": "AmazonEKSViewPolicy",
    "drift": "AmazonEKSAdminViewPolicy",
    "scan": None,
    "deployer": "AmazonEKSAdminPolicy",
    "janitor": "AmazonEKSAdminPolicy",
}
"""EKS's own policies, for Airflow's namespace only. Only an administrator's view shows Secrets."""


FUNCTIONS = r"""
# A policy has at most five versions: where there are four besides the one in force, the oldest goes.
policy() {
  arn="$POLICIES/$1"
  if aws iam get-policy --policy-arn "$arn" >/dev/null 2>&1; then
    oldest=$(aws iam list-policy-versions --policy-arn "$arn" --output text \
      --query 'reverse(sort_by(Versions[?!IsDefaultVersion], &CreateDate))[3].VersionId')
    [ "$oldest" = None ] || aws iam delete-policy-version --policy-arn "$arn" --version-id "$oldest"
    aws iam create-policy-version --policy-arn "$arn" --policy-document "$2" --set-as-default
  else
    aws iam create-policy --policy-name "$1" --policy-document "$2"
  fi
  aws iam attach-role-policy --role-name "$ROLE" --policy-arn "$arn"
}
""".strip()
"""Makes or renews a managed policy; what a second run finds is no error."""


def place_of(stack: StackFile) -> Place:
    """What the policies are about. Raises OperationError if nothing tells this stack's keys from others."""
    place = Place(
        stack=stack.name,
        account_id=stack.account_id,
        region=stack.region,
        cluster=stack.cluster,
        tags={str(key): str(value) for key, value in stack.section("tags").items()},
        boundary_arn=stack.section("account").get("permissions_boundary_arn"),
        repository=str((stack.section("airflow").get("image") or {}).get("repository", "")),
    )
    if not place.identifying_tags:
        wanted = " or ".join(IDENTIFYING_TAGS)
        raise OperationError(f"{stack.path}: airflow:tags should have {wanted}, by which keys are told apart")
    return place


def script(stack: StackFile, role: Role) -> Iterator[str]:
    """The lines of a shell script; `ROLE` is the one thing to edit."""
    place = place_of(stack)
    account, name = f"arn:{place.partition}:iam::{place.account_id}", f"airflow-{stack.name}-{role}"
    yield "set -eu"
    yield f"ROLE={name}  # an existing IAM role of account {place.account_id}"
    yield f"POLICIES={account}:policy"
    yield "# Print and run anew when account, cluster, boundary, image repository, or the tags Project and"
    yield "# Environment change."
    yield FUNCTIONS
    for number, document in enumerate(policies(role, place), start=1):
        yield f"policy {name}-{number} '{document}'"
    if CLUSTER_POLICIES[role]:
        yield from _into_the_cluster(stack, role, place)


def _into_the_cluster(stack: StackFile, role: Role, place: Place) -> Iterator[str]:
    where = (
        f"--region {stack.region} --cluster-name {stack.cluster} "
        f'--principal-arn "arn:{place.partition}:iam::{place.account_id}:role/$ROLE"'
    )
    group = group_of(stack, role)
    groups = f" --kubernetes-groups {group}" if group else ""
    if role == "janitor":
        yield "NAMESPACES='airflow-*'  # those of ephemeral stacks, and of no others"
    else:
        yield f"NAMESPACES={stack.namespace}"
    yield f"if aws eks describe-access-entry {where} >/dev/null 2>&1; then"
    yield f"  aws eks update-access-entry {where}{groups}"
    yield f"else\n  aws eks create-access-entry {where}{groups}\nfi"
    yield (
        f'aws eks associate-access-policy {where} --access-scope "type=namespace,namespaces=$NAMESPACES" '
        f"--policy-arn arn:{place.partition}:eks::aws:cluster-access-policy/{CLUSTER_POLICIES[role]}"
    )
    if group:
        rights = cluster_rights(group, None if role == "janitor" else stack.namespace)
        yield f"kubectl apply --filename - <<'END'\n{json.dumps(rights, indent=1)}\nEND"


def group_of(stack: StackFile, role: Role) -> str | None:
    """The Kubernetes group of those who change what lies outside a namespace's administration."""
    return {"deployer": f"airflow-deployers-{stack.namespace}", "janitor": "airflow-janitors"}.get(role)


def cluster_rights(group: str, namespace: str | None) -> dict[str, Any]:
    """What lies outside a namespace's administration: the namespace itself, its quota and its limits.

    Kubernetes cannot restrict `create` to a name; everything else is for these names only. Without a
    namespace (a janitor does not know those of its stacks): to read and delete any, and to make none.
    """
    rules = {"namespaces": namespace, "resourcequotas": "airflow", "limitranges": "airflow"}
    verbs = ["get", "list", "watch", "update", "patch", "delete"]
    granted = [
        {"apiGroups": [""], "resources": list(rules), "verbs": ["create"]},
        *(
            {"apiGroups": [""], "resources": [kind], "resourceNames": [name], "verbs": verbs}
            for kind, name in rules.items()
        ),
    ]
    if namespace is None:
        granted = [{"apiGroups": [""], "resources": list(rules), "verbs": ["get", "list", "watch", "delete"]}]
    api = "rbac.authorization.k8s.io"
    role = {
        "apiVersion": f"{api}/v1",
        "kind": "ClusterRole",
        "metadata": {"name": group},
        "rules": granted,
    }
    binding = {
        "apiVersion": f"{api}/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": group},
        "roleRef": {"apiGroup": api, "kind": "ClusterRole", "name": group},
        "subjects": [{"apiGroup": api, "kind": "Group", "name": group}],
    }
    return {"apiVersion": "v1", "kind": "List", "items": [role, binding]}


@command("access")
def main(arguments: Sequence[str] | None = None) -> int:
    """The command: 0 and a script, or 1 with one line."""
    parser = argparse.ArgumentParser(prog="python -m operations.access", description=__doc__)
    parser.add_argument("stack", help="name of a file stacks/Pulumi.<stack>.yaml")
    parser.add_argument("role", choices=list(CLUSTER_POLICIES))
    given = parser.parse_args(arguments)
    print("\n".join(script(read_stack_file(given.stack), given.role)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
