"""Celery's broker, on ElastiCache: Valkey or Redis OSS with cluster mode off, because kombu knows no cluster protocol."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_aws import cloudwatch, ec2, elasticache
from pulumi_random import RandomId

from components import naming
from components.alarm_rules import cache_rules
from components.database_settings import check_log_retention
from components.firewall import Placement, make_firewall
from components.metric_alarms import make_alarms

SUFFIX_BYTES = 4
LOG_TYPES = ("slow-log", "engine-log")


@dataclass(frozen=True, kw_only=True)
class CacheEngine:
    """What runs, and how clients address it. Field names equal those of the stack file's `cache` section."""

    engine: Literal["valkey", "redis"] = "valkey"
    """Valkey speaks the same protocol for four fifths of the price."""
    engine_version: str
    node_type: str
    nodes: int
    """One, or a primary with replicas; from two on a failed primary is replaced from another zone."""
    port: int = 6379
    token_update_strategy: Literal["ROTATE", "SET"] = "ROTATE"
    """A new token is added to the old one, so that no pod is refused while it restarts; SET then ends the old one."""

    def __post_init__(self) -> None:
        if self.engine not in ("valkey", "redis"):
            raise ValueError(f"engine: valkey or redis, got {self.engine!r}")
        if not self.major.isdigit() or int(self.major) < 7:
            raise ValueError(f"engine_version: 7 or newer, got {self.engine_version!r}")
        if not self.node_type.startswith("cache.") or self.node_type.count(".") != 2:
            raise ValueError(f"node_type: cache.<family>.<size>, got {self.node_type!r}")
        if not 1 <= self.nodes <= 6:
            raise ValueError(f"nodes: a primary and up to 5 replicas, got {self.nodes}")

    @property
    def major(self) -> str:
        return self.engine_version.split(".")[0]

    @property
    def family(self) -> str:
        """Of the parameter group."""
        return f"{self.engine}{self.major}"


@dataclass(frozen=True, kw_only=True)
class CacheUpkeep:
    """When AWS may work on the nodes. Field names equal those of the stack file's `cache` section."""

    maintenance_window: str
    snapshot_window: str
    snapshot_retention_days: int = 1
    """0 takes no snapshots: a broker's content is worth minutes."""

    def __post_init__(self) -> None:
        if not 0 <= self.snapshot_retention_days <= 35:
            raise ValueError(
                f"snapshot_retention_days: ElastiCache allows 0 to 35, got {self.snapshot_retention_days}"
            )


@dataclass(frozen=True, kw_only=True)
class CacheArgs:
    """What Cache needs from its caller."""

    key_arn: Input[str]
    token: Input[str]
    """AUTH token: 16 to 128 letters and digits."""
    placement: Placement
    engine: CacheEngine
    upkeep: CacheUpkeep
    alarm_topic_arn: Input[str]
    log_retention_days: int = 365
    protect: bool = True
    """Pulumi refuses deletion, and a final snapshot is taken."""

    def __post_init__(self) -> None:
        check_log_retention(self.log_retention_days)


class Cache(pulumi.ComponentResource):
    """An encrypted broker that wants TLS and a token, and refuses new tasks rather than forget old ones."""

    address: Output[str]
    port: Output[int]

    def __init__(self, name: str, args: CacheArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("airflow:index:Cache", name, None, opts)
        child = ResourceOptions(parent=self)

        suffix = RandomId(
            f"{name}-suffix", byte_length=SUFFIX_BYTES, keepers={"key": args.key_arn}, opts=child
        )
        firewall = make_firewall(name, args.placement, port=args.engine.port, purpose="broker", opts=child)
        subnets = elasticache.SubnetGroup(
            f"{name}-subnets",
            description="Airflow broker: private subnets",
            subnet_ids=args.placement.subnet_ids,
            opts=child,
        )
        # The family is part of the name: a new engine gets its group beside the old one, which is still in use.
        parameters = elasticache.ParameterGroup(
            f"{name}-parameters-{args.engine.family}",
            description="Airflow broker",
            family=args.engine.family,
            # Queues have no expiry: any other policy loses tasks when memory is short.
            parameters=[{"name": "maxmemory-policy", "value": "noeviction"}],
            opts=child,
        )
        logs = {log: self._log_group(name, args, suffix.hex, log, child) for log in LOG_TYPES}
        group = self._group(
            name,
            args,
            suffix.hex,
            firewall,
            subnets,
            parameters,
            logs,
            ResourceOptions.merge(child, ResourceOptions(protect=args.protect)),
        )
        rules = cache_rules(node_type=args.engine.node_type)
        for number in range(1, args.engine.nodes + 1):
            make_alarms(
                f"{name}-node-{number}",
                rules,
                namespace="AWS/ElastiCache",
                # ElastiCache numbers a group's nodes from 001 and keeps the numbers through a failover.
                dimensions={"CacheClusterId": Output.format("{0}-{1}", group.id, f"{number:03}")},
                topic_arn=args.alarm_topic_arn,
                opts=child,
            )

        self.address = group.primary_endpoint_address
        self.port = Output.from_input(args.engine.port)
        self.register_outputs({"address": self.address, "port": self.port})

    def _log_group(
        self, name: str, args: CacheArgs, suffix: Output[str], log: str, child: ResourceOptions
    ) -> cloudwatch.LogGroup:
        return cloudwatch.LogGroup(
            f"{name}-{log}",
            name=suffix.apply(lambda known: naming.cache_log_group(known, log)),
            retention_in_days=args.log_retention_days,
            kms_key_id=args.key_arn,
            opts=child,
        )

    def _group(
        self,
        name: str,
        args: CacheArgs,
        suffix: Output[str],
        firewall: ec2.SecurityGroup,
        subnets: elasticache.SubnetGroup,
        parameters: elasticache.ParameterGroup,
        logs: dict[str, cloudwatch.LogGroup],
        opts: ResourceOptions,
    ) -> elasticache.ReplicationGroup:
        redundant = args.engine.nodes >= 2
        return elasticache.ReplicationGroup(
            f"{name}-group",
            description="Airflow: Celery broker",
            engine=args.engine.engine,
            engine_version=args.engine.engine_version,
            auto_minor_version_upgrade=True,
            node_type=args.engine.node_type,
            cluster_mode="disabled",
            num_cache_clusters=args.engine.nodes,
            automatic_failover_enabled=redundant,
            multi_az_enabled=redundant,
            port=args.engine.port,
            subnet_group_name=subnets.name,
            security_group_ids=[firewall.id],
            parameter_group_name=parameters.name,
            at_rest_encryption_enabled=True,
            kms_key_id=args.key_arn,
            transit_encryption_enabled=True,
            transit_encryption_mode="required",
            # From the first day: on a group made without one, ROTATE would leave anonymous access open.
            auth_token=args.token,
            auth_token_update_strategy=args.engine.token_update_strategy,
            # ElastiCache changes a token only at once, and pods restart in the same update.
            apply_immediately=True,
            maintenance_window=args.upkeep.maintenance_window,
            snapshot_retention_limit=args.upkeep.snapshot_retention_days,
            snapshot_window=args.upkeep.snapshot_window,
            final_snapshot_identifier=suffix.apply(naming.cache_final_snapshot) if args.protect else None,
            log_delivery_configurations=[
                {
                    "destination": group.name,
                    "destination_type": "cloudwatch-logs",
                    "log_format": "json",
                    "log_type": log,
                }
                for log, group in logs.items()
            ],
            opts=opts,
        )
