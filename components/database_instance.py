"""The properties of the database's instance, concern by concern. Registers nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulumi import Output
from pulumi_aws import rds

from components import naming

if TYPE_CHECKING:
    from components.database import DatabaseArgs

EXPORTS = ("postgresql", "upgrade")
"""The logs that RDS for PostgreSQL can export."""

INSIGHTS_DAYS = 7
"""The free tier of Performance Insights."""


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What the instance refers to and Database makes before it."""

    identifier: Output[str]
    firewall_id: Output[str]
    subnets_name: Output[str]
    parameters_name: Output[str]
    monitoring_role_arn: Output[str] | None
    """None where enhanced monitoring is off."""


def instance_properties(args: DatabaseArgs, around: Surroundings) -> rds.InstanceArgs:
    """All properties; what is written here as a constant cannot be switched off by a setting."""
    properties = _engine(args, around)
    _set_access(properties, args, around)
    _set_upkeep(properties, args, around)
    _set_monitoring(properties, args, around)
    return properties


def _engine(args: DatabaseArgs, around: Surroundings) -> rds.InstanceArgs:
    return rds.InstanceArgs(
        identifier=around.identifier,
        engine="postgres",
        engine_version=args.engine.engine_version,
        # Extended Support is on by default and can cost more than the instance: rather be upgraded.
        engine_lifecycle_support="open-source-rds-extended-support-disabled",
        auto_minor_version_upgrade=True,
        allow_major_version_upgrade=False,
        instance_class=args.engine.instance_class,
        # Below 400 GiB gp3 has one fixed speed, and naming IOPS or throughput is an error.
        storage_type="gp3",
        allocated_storage=args.storage.storage_gib,
        max_allocated_storage=args.storage.max_storage_gib,
        storage_encrypted=True,
        kms_key_id=args.key_arn,
        parameter_group_name=around.parameters_name,
        # RDS sets a new password at once in any case, and neither the Kubernetes Secret nor the firewall
        # rules of the same update wait for a window: a deferred port or class would not fit them.
        apply_immediately=True,
    )


def _set_access(properties: rds.InstanceArgs, args: DatabaseArgs, around: Surroundings) -> None:
    properties.db_name = args.engine.name
    properties.username = args.engine.master_username
    properties.password = args.master_password
    # For people in an emergency; Airflow itself uses its own role and password.
    properties.iam_database_authentication_enabled = True
    properties.ca_cert_identifier = "rds-ca-rsa2048-g1"
    properties.port = args.engine.port
    properties.publicly_accessible = False
    properties.db_subnet_group_name = around.subnets_name
    properties.vpc_security_group_ids = [around.firewall_id]


def _set_upkeep(properties: rds.InstanceArgs, args: DatabaseArgs, around: Surroundings) -> None:
    properties.multi_az = args.upkeep.multi_az
    properties.backup_retention_period = args.upkeep.backup_retention_days
    properties.backup_window = args.upkeep.backup_window
    properties.maintenance_window = args.upkeep.maintenance_window
    properties.copy_tags_to_snapshot = True
    properties.deletion_protection = args.protect
    properties.delete_automated_backups = not args.protect
    properties.skip_final_snapshot = not args.protect
    if args.protect:
        properties.final_snapshot_identifier = around.identifier.apply(naming.database_final_snapshot)


def _set_monitoring(properties: rds.InstanceArgs, args: DatabaseArgs, around: Surroundings) -> None:
    properties.enabled_cloudwatch_logs_exports = list(EXPORTS)
    properties.monitoring_interval = args.monitoring.monitoring_interval_seconds
    properties.monitoring_role_arn = around.monitoring_role_arn
    properties.performance_insights_enabled = True
    properties.performance_insights_retention_period = INSIGHTS_DAYS
    # RDS never lets this key be changed.
    properties.performance_insights_kms_key_id = args.key_arn
    properties.database_insights_mode = "standard"
