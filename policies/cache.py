"""The broker: ElastiCache."""

from __future__ import annotations

from offline.graph import Graph, Resource
from policies.rule import Severity, at, policy, unless, unless_at_least, unless_given, unless_not

GROUP = "aws:elasticache/replicationGroup:ReplicationGroup"


@policy("ElastiCache.1", Severity.HIGH, GROUP, fix="Set cache.snapshot_retention_days")
def backups(group: Resource, _: Graph) -> str | None:
    """A daily snapshot is kept."""
    return unless_at_least(group, "snapshotRetentionLimit", 1)


@policy("ElastiCache.2", Severity.HIGH, GROUP, fix="Leave automatic minor upgrades on")
def minor_upgrades(group: Resource, _: Graph) -> str | None:
    """Security fixes are installed in the maintenance window."""
    return unless(group, "autoMinorVersionUpgrade", True)


@policy("ElastiCache.3", Severity.MEDIUM, GROUP, fix="Set cache.nodes to 2")
def failover(group: Resource, _: Graph) -> str | None:
    """A replica in another zone takes over."""
    return (
        unless(group, "automaticFailoverEnabled", True)
        or unless(group, "multiAzEnabled", True)
        or unless_at_least(group, "numCacheClusters", 2)
    )


@policy("ElastiCache.4", Severity.MEDIUM, GROUP, fix="Encrypt at rest; it cannot be added later")
def encrypted(group: Resource, _: Graph) -> str | None:
    """Snapshots and swap are encrypted with our key."""
    return unless(group, "atRestEncryptionEnabled", True) or unless_given(group, "kmsKeyId")


@policy("ElastiCache.5", Severity.MEDIUM, GROUP, fix="Leave transit encryption required")
def tls(group: Resource, _: Graph) -> str | None:
    """A client without TLS is refused."""
    return unless(group, "transitEncryptionEnabled", True) or unless(
        group, "transitEncryptionMode", "required"
    )


@policy("ElastiCache.6", Severity.MEDIUM, GROUP, fix="Give the group its token")
def token(group: Resource, _: Graph) -> str | None:
    """A client without the token is refused."""
    return unless_given(group, "authToken") or unless_not(group, "authTokenUpdateStrategy", "DELETE")


@policy("ElastiCache.7", Severity.HIGH, GROUP, fix="Give the group a subnet group of its own")
def own_subnets(group: Resource, _: Graph) -> str | None:
    """The group is not in the account's default subnets."""
    return unless_given(group, "subnetGroupName") or unless_not(group, "subnetGroupName", "default")


@policy("AIRFLOW.20", Severity.HIGH, GROUP, fix="Leave cluster mode disabled")
def one_shard(group: Resource, _: Graph) -> str | None:
    """Celery's broker transport does not speak to a cluster of shards."""
    shards = [
        name for name in ("numNodeGroups", "replicasPerNodeGroup") if at(group.inputs, name) is not None
    ]
    return f"{' and '.join(shards)} is set" if shards else unless(group, "clusterMode", "disabled")
