"""Celery's broker on ElastiCache: Valkey or Redis OSS, cluster mode off: kombu knows no cluster protocol."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_aws import cloudwatch, elasticache
from pulumi_random import RandomId

from components import naming
from components.alarm_rules import cache_rules
from components.cache_group import Surroundings, group_properties
from components.cache_settings import CacheEngine, CacheUpkeep
from components.database_settings import check_log_retention
from components.firewall import Placement, make_firewall
from components.metric_alarms import make_alarms

SUFFIX_BYTES = 4
LOG_TYPES = ("slow-log", "engine-log")


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
        self._name, self._args, self._child = name, args, ResourceOptions(parent=self)

        group = elasticache.ReplicationGroup(
            f"{name}-group",
            group_properties(args, self._surroundings()),
            ResourceOptions.merge(self._child, ResourceOptions(protect=args.protect)),
        )
        self._watch(group)

        self.address = group.primary_endpoint_address
        # What clients connect to, also where an emulation listens elsewhere than asked.
        self.port = group.port.apply(lambda port: port or args.engine.port)
        self.register_outputs({"address": self.address, "port": self.port})

    def _surroundings(self) -> Surroundings:
        name, args, child = self._name, self._args, self._child
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
        parameters = elasticache.ParameterGroup(
            # With the family in its name, a new engine gets its group beside the one still in use.
            f"{name}-parameters-{args.engine.family}",
            description="Airflow broker",
            family=args.engine.family,
            # Queues have no expiry: any other policy loses tasks when memory is short.
            parameters=[{"name": "maxmemory-policy", "value": "noeviction"}],
            opts=child,
        )
        return Surroundings(
            suffix=suffix.hex,
            firewall_id=firewall.id,
            subnets_name=subnets.name,
            parameters_name=parameters.name,
            log_groups={log: self._log_group(log, suffix.hex) for log in LOG_TYPES},
        )

    def _log_group(self, log: str, suffix: Output[str]) -> Output[str]:
        group = cloudwatch.LogGroup(
            f"{self._name}-{log}",
            name=suffix.apply(lambda known: naming.cache_log_group(known, log)),
            retention_in_days=self._args.log_retention_days,
            kms_key_id=self._args.key_arn,
            opts=self._child,
        )
        return group.name

    def _watch(self, group: elasticache.ReplicationGroup) -> None:
        rules = cache_rules(node_type=self._args.engine.node_type)
        for number in range(1, self._args.engine.nodes + 1):
            make_alarms(
                f"{self._name}-node-{number}",
                rules,
                namespace="AWS/ElastiCache",
                # ElastiCache numbers a group's nodes from 001 and keeps the numbers through a failover.
                dimensions={"CacheClusterId": Output.format("{0}-{1}", group.id, f"{number:03}")},
                topic_arn=self._args.alarm_topic_arn,
                opts=self._child,
            )
