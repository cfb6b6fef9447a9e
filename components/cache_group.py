"""The properties of the broker's replication group, concern by concern. Registers nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulumi import Output
from pulumi_aws import elasticache

from components import naming

if TYPE_CHECKING:
    from components.cache import CacheArgs


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What the replication group refers to and Cache makes before it."""

    suffix: Output[str]
    firewall_id: Output[str]
    subnets_name: Output[str]
    parameters_name: Output[str]
    log_groups: Mapping[str, Output[str]]
    """Log type to the name of its CloudWatch log group."""


def group_properties(args: CacheArgs, around: Surroundings) -> elasticache.ReplicationGroupArgs:
    """All properties; what is written here as a constant cannot be switched off by a setting."""
    properties = _engine(args, around)
    _set_access(properties, args, around)
    _set_upkeep(properties, args, around)
    return properties


def _engine(args: CacheArgs, around: Surroundings) -> elasticache.ReplicationGroupArgs:
    redundant = args.engine.nodes >= 2
    return elasticache.ReplicationGroupArgs(
        description="Airflow: Celery broker",
        engine=args.engine.engine,
        engine_version=args.engine.engine_version,
        auto_minor_version_upgrade=True,
        node_type=args.engine.node_type,
        cluster_mode="disabled",
        num_cache_clusters=args.engine.nodes,
        automatic_failover_enabled=redundant,
        multi_az_enabled=redundant,
        parameter_group_name=around.parameters_name,
    )


def _set_access(properties: elasticache.ReplicationGroupArgs, args: CacheArgs, around: Surroundings) -> None:
    properties.port = args.engine.port
    properties.subnet_group_name = around.subnets_name
    properties.security_group_ids = [around.firewall_id]
    properties.at_rest_encryption_enabled = True
    properties.kms_key_id = args.key_arn
    properties.transit_encryption_enabled = True
    properties.transit_encryption_mode = "required"
    # From the first day: on a group made without a token, ROTATE would leave anonymous access open.
    properties.auth_token = args.token
    properties.auth_token_update_strategy = args.engine.auth_update_strategy
    # ElastiCache changes a token at once or not at all, and pods restart in the same update.
    properties.apply_immediately = True


def _set_upkeep(properties: elasticache.ReplicationGroupArgs, args: CacheArgs, around: Surroundings) -> None:
    properties.maintenance_window = args.upkeep.maintenance_window
    properties.snapshot_retention_limit = args.upkeep.snapshot_retention_days
    properties.snapshot_window = args.upkeep.snapshot_window
    if args.protect:
        properties.final_snapshot_identifier = around.suffix.apply(naming.cache_final_snapshot)
    properties.log_delivery_configurations = [
        elasticache.ReplicationGroupLogDeliveryConfigurationArgs(
            destination=group, destination_type="cloudwatch-logs", log_format="json", log_type=log
        )
        for log, group in around.log_groups.items()
    ]
