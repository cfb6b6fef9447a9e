"""The program as a whole: providers, tags, protection."""

from __future__ import annotations

import json

from offline.graph import Graph, Resource
from policies.rule import Severity, at, policy, unless_given

AWS_PROVIDER = "pulumi:providers:aws"
KUBERNETES_PROVIDER = "pulumi:providers:kubernetes"
STATEFUL = (
    "aws:rds/instance:Instance",
    "aws:elasticache/replicationGroup:ReplicationGroup",
    "aws:s3/bucket:Bucket",
    "aws:kms/key:Key",
)
REQUIRED_TAGS = ("Project", "Environment", "Owner")


@policy("AIRFLOW.80", Severity.HIGH, AWS_PROVIDER, fix="Set account.id")
def one_account(provider: Resource, _: Graph) -> str | None:
    """The program refuses to run in another account."""
    return unless_given(provider, "allowedAccountIds")


@policy("AIRFLOW.81", Severity.LOW, AWS_PROVIDER, fix=f"Set tags: {', '.join(REQUIRED_TAGS)}")
def tagged(provider: Resource, _: Graph) -> str | None:
    """Everything in the cloud says what it belongs to, and who pays for it."""
    given = at(provider.inputs, "defaultTags")
    tags = (json.loads(given) if isinstance(given, str) else given or {}).get("tags", {})
    missing = [name for name in REQUIRED_TAGS if not tags.get(name)]
    return f"default tags lack {', '.join(missing)}" if missing else None


@policy("AIRFLOW.82", Severity.HIGH, KUBERNETES_PROVIDER, fix="Set cluster_identifier to the cluster's ARN")
def one_cluster(provider: Resource, _: Graph) -> str | None:
    """A changed endpoint does not plan the replacement of every object."""
    return unless_given(provider, "clusterIdentifier")


@policy("AIRFLOW.83", Severity.HIGH, *STATEFUL, fix="Set protect in its section", only_protected=True)
def protected(resource: Resource, _: Graph) -> str | None:
    """In a protected stack nothing that keeps data can be deleted by Pulumi."""
    return None if resource.protect else "it has no protect"


@policy(
    "AIRFLOW.84",
    Severity.HIGH,
    "aws:rds/instance:Instance",
    "aws:iam/role:Role",
    "kubernetes:helm.sh/v3:Release",
    fix="Build it below the providers of __main__.py",
)
def explicit_provider(resource: Resource, graph: Graph) -> str | None:
    """No resource uses a default provider, which would take whatever account the shell is in."""
    urns = {r.urn for r in graph.resources if r.type in (AWS_PROVIDER, KUBERNETES_PROVIDER)}
    return None if resource.provider.rsplit("::", 1)[0] in urns else "it has no explicit provider"
