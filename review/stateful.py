"""Changes that stop by themselves: data or keys would be lost, or Airflow could not come back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from offline.chart import RELEASE
from offline.graph import Graph
from review.changes import PROVIDER
from review.model import Action, Change, Finding
from review.options import told_options
from review.protection import unprotected
from review.replacements import is_known
from review.versions import version_changes

STATEFUL = {
    "aws:docdb/cluster:Cluster": "the documents in it",
    "aws:dynamodb/table:Table": "the table with its items",
    "aws:ebs/volume:Volume": "the volume with its files",
    "aws:efs/fileSystem:FileSystem": "the files in it",
    "aws:elasticache/cluster:Cluster": "what the cache holds",
    "aws:elasticache/replicationGroup:ReplicationGroup": "the broker with every queued task",
    "aws:elasticache/serverlessCache:ServerlessCache": "what the cache holds",
    "aws:kms/key:Key": "the key; what it encrypted cannot be read again",
    "aws:rds/cluster:Cluster": "the metadata database with every DAG run and connection",
    "aws:rds/instance:Instance": "the metadata database with every DAG run and connection",
    "aws:s3/bucket:Bucket": "the bucket with its logs",
    "aws:secretsmanager/secret:Secret": "the secret with its values",
    "kubernetes:core/v1:Namespace": "the namespace and everything in it",
    "kubernetes:core/v1:PersistentVolumeClaim": "the volume with its files",
    RELEASE: "Airflow itself until it is installed anew: every pod ends",
}
"""Resource types whose loss cannot be made good by another `up`, and what is lost with them."""

SUBNETS_OF = {
    "aws:elasticache/subnetGroup:SubnetGroup": "aws:elasticache/replicationGroup:ReplicationGroup",
    "aws:rds/subnetGroup:SubnetGroup": "aws:rds/instance:Instance",
}
"""Subnet group -> what lives in it. AWS deletes none that is in use; RDS moves an instance to a group of
another VPC only and no Multi-AZ one at all, ElastiCache moves nothing."""

_GENERATED = re.compile(r"^(?P<what>.+)-(?P<number>\d+)$")
_GENERATORS = ("random:index/randomPassword:RandomPassword", "random:index/randomBytes:RandomBytes")
_FERNET = "fernet-key"
"""In the name of the generated keys that encrypt rows of the database."""
_ACCOUNTS = "allowedAccountIds"


def dangers(changes: Sequence[Change], head: Graph | None) -> list[Finding]:
    """Replacements, deletions, moves, version changes, lost protection; what blocks carries a name."""
    found = [
        *(finding for change in changes for finding in _lost(change, head)),
        *(finding for change in changes for finding in _another_account(change, head)),
        *version_changes(changes),
        *unprotected(changes, lambda change: change.type in STATEFUL),
        *(finding for change in changes for finding in _unknown_type(change)),
        *told_options(changes),
        *(finding for change in changes for finding in _renamed(change)),
    ]
    return sorted(found, key=lambda finding: not finding.allow)


def _lost(change: Change, head: Graph | None) -> Iterator[Finding]:
    if change.action not in (Action.REPLACE, Action.DELETE):
        return
    loses = STATEFUL.get(change.type) or _generated_secret(change, head) or _subnets(change, head)
    provider = change.type.startswith("pulumi:providers:") and change.action is Action.REPLACE
    if provider:
        loses = f"{_under(change, head)} resources that were made through it: each is made anew elsewhere"
    if not loses and PROVIDER in change.forcing:
        return  # said once, by the provider
    text = f"`{change.name}` ({change.type}) is **{change.action}d**"
    if change.forcing:
        text += f", forced by {', '.join(f'`{path}`' for path in change.forcing)}"
    if change.because_of:
        text += f", because {', '.join(f'`{name}`' for name in change.because_of)} is"
    if loses:
        text += f": you lose {loses}"
    if change.before and change.before.retain_on_delete:
        text += "; the old one stays in the cloud (`retain_on_delete`), and nothing uses it"
    if change.before and change.before.protect:
        text += "; `pulumi up` refuses it while it is protected"
    details = {"urn": change.urn, "action": change.action.value, "forced_by": list(change.forcing)}
    yield Finding(text=text, allow=change.name if loses else "", details=details)


def _generated_secret(change: Change, head: Graph | None) -> str:
    """What is lost with a generated value; empty for one that a rotation leaves behind.

    A number at its name's end counts its generations. Without one it is the only generation.
    """
    if change.type not in _GENERATORS:
        return ""
    match = _GENERATED.match(change.name)
    what, number = (match["what"], int(match["number"])) if match else (change.name, 0)
    generations = [
        int(found["number"])
        for resource in (head.resources if head else ())
        if resource.type in _GENERATORS and (found := _GENERATED.match(resource.name))
        if found["what"] == what
    ]
    if change.action is Action.REPLACE or not any(other > number for other in generations):
        return "the newest value of a generated secret" if match else "a generated secret"
    if _FERNET in what:
        return (
            "what this key encrypted: every Connection and Variable that `airflow rotate-fernet-key` has not "
            "encrypted anew, and snapshots of the database from before"
        )
    return ""


def _subnets(change: Change, head: Graph | None) -> str:
    """What a subnet group that is still needed leaves without a place."""
    users = head.of_type(SUBNETS_OF[change.type]) if head and change.type in SUBNETS_OF else []
    names = ", ".join(f"`{user.name}`" for user in users)
    return f"the place of {names}, which AWS does not move: the update fails in its middle" if users else ""


def _under(change: Change, head: Graph | None) -> int:
    return sum(r.provider.startswith(f"{change.urn}::") for r in (head.resources if head else ()))


def _another_account(change: Change, head: Graph | None) -> Iterator[Finding]:
    """Resources stay in the account that they were made in; credentials of another one do not see them."""
    if change.type != "pulumi:providers:aws" or change.before is None or change.after is None:
        return
    old, new = (_accounts(r.inputs.get(_ACCOUNTS)) for r in (change.before, change.after))
    if gone := old - new:
        yield Finding(
            text=f"`{change.name}` **moves to another account**, {', '.join(sorted(new)) or 'any'} instead "
            f"of {', '.join(sorted(gone))}: you lose {_under(change, head)} resources that were made through "
            "it. None of them is there: `pulumi up` fails, or makes each anew. Make it another stack",
            allow=change.name,
            details={"urn": change.urn, "before": sorted(old), "after": sorted(new)},
        )


def _accounts(given: object) -> set[str]:
    """The provider's inputs are texts of JSON."""
    found = json.loads(given) if isinstance(given, str) else given
    return {str(each) for each in found} if isinstance(found, list) else set()


def _unknown_type(change: Change) -> Iterator[Finding]:
    if change.action is Action.UPDATE and change.properties and not is_known(change.type):
        paths = ", ".join(f"`{difference.path}`" for difference in change.properties)
        yield Finding(
            text=f"`{change.name}` ({change.type}) changes {paths}; whether that **replaces** it is not "
            "known here: see `pulumi preview --diff`, and add the type to review/data/replacements.yaml",
            details={"urn": change.urn},
        )


def _renamed(change: Change) -> Iterator[Finding]:
    if change.renamed_from and change.action is Action.UPDATE:
        yield Finding(
            text=f"`{change.name}` was `{change.renamed_from}`, and an alias says so: nothing is lost. "
            "Hashes and secrets computed from its identifiers may be listed as changed; they are not",
            details={"urn": change.urn, "renamed_from": change.renamed_from},
        )
