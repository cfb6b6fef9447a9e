"""Postgres for Airflow's metadata, on RDS.

Owns the instance, its subnets, parameters, firewall, logs, alarms and the role of enhanced monitoring. Does not
create database users or schemas: the migration Job does, from within the cluster. Upgrades of the major version are
refused here on purpose; they are an operation with a snapshot before it, not a changed setting.
"""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi import Input, Output, Resource, ResourceOptions
from pulumi_aws import ec2, rds
from pulumi_random import RandomId

from components import naming
from components.alarm_rules import database_rules
from components.database_monitoring import (
    EXPORTS,
    DatabaseMonitoring,
    make_event_subscriptions,
    make_log_groups,
    make_monitoring_role,
)
from components.database_settings import DatabaseEngine, DatabaseLimits, DatabaseStorage, DatabaseUpkeep
from components.firewall import Placement, make_firewall
from components.metric_alarms import make_alarms

SUFFIX_BYTES = 4


@dataclass(frozen=True, kw_only=True)
class DatabaseArgs:
    """What Database needs from its caller."""

    key_arn: Input[str]
    password: Input[str]
    """Of the master user; letters and digits."""
    placement: Placement
    engine: DatabaseEngine
    storage: DatabaseStorage
    upkeep: DatabaseUpkeep
    limits: DatabaseLimits
    monitoring: DatabaseMonitoring
    protect: bool = True
    """Pulumi and RDS refuse deletion, and a final snapshot is taken."""


class Database(pulumi.ComponentResource):
    """An encrypted, private Postgres that accepts TLS connections from Airflow's machines only."""

    address: Output[str]
    port: Output[int]
    instance_id: Output[str]
    arn: Output[str]
    resource_id: Output[str]
    name: Output[str]
    username: Output[str]

    def __init__(self, name: str, args: DatabaseArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("airflow:index:Database", name, None, opts)
        child = ResourceOptions(parent=self)

        identifier = self._identifier(name, args, child)
        firewall = make_firewall(
            name, args.placement, port=args.engine.port, purpose="metadata database", opts=child
        )
        subnets = rds.SubnetGroup(
            f"{name}-subnets",
            description="Airflow metadata database: private subnets",
            subnet_ids=args.placement.subnet_ids,
            opts=child,
        )
        parameters = self._parameters(name, args, child)
        logs = make_log_groups(
            name,
            identifier,
            key_arn=args.key_arn,
            retention_days=args.monitoring.log_retention_days,
            opts=child,
        )
        role_arn, attachment = None, None
        if args.monitoring.monitoring_interval_seconds > 0:
            role_arn, attachment = make_monitoring_role(name, args.monitoring, child)
        instance = self._instance(
            name,
            args,
            identifier,
            firewall,
            subnets,
            parameters,
            role_arn,
            ResourceOptions.merge(
                child,
                ResourceOptions(
                    protect=args.protect,
                    # No property leads to either: RDS would make missing log groups itself, and it tests the role.
                    depends_on=[*logs, *_present(attachment)],
                ),
            ),
        )
        self._watch(name, args, instance, parameters, child)

        self.address = instance.address
        self.port = instance.port
        self.instance_id = instance.identifier
        self.arn = instance.arn
        self.resource_id = instance.resource_id
        self.name = Output.from_input(args.engine.name)
        self.username = Output.from_input(args.engine.username)
        self.register_outputs(
            {
                "address": self.address,
                "port": self.port,
                "instance_id": self.instance_id,
                "arn": self.arn,
                "resource_id": self.resource_id,
                "name": self.name,
                "username": self.username,
            }
        )

    def _identifier(self, name: str, args: DatabaseArgs, child: ResourceOptions) -> Output[str]:
        # The keepers are the properties that RDS can only change by replacement: a new instance gets a new name.
        suffix = RandomId(
            f"{name}-suffix",
            byte_length=SUFFIX_BYTES,
            keepers={"database": args.engine.name, "username": args.engine.username, "key": args.key_arn},
            opts=child,
        )
        return suffix.hex.apply(naming.database_identifier)

    def _parameters(self, name: str, args: DatabaseArgs, child: ResourceOptions) -> rds.ParameterGroup:
        # The family is part of the name: a new major version gets its group beside the old one, then moves over.
        return rds.ParameterGroup(
            f"{name}-parameters-{args.engine.family}",
            description="Airflow metadata database",
            family=args.engine.family,
            parameters=[
                {"name": key, "value": value, "apply_method": "immediate"}
                for key, value in args.limits.parameters()
            ],
            opts=child,
        )

    def _instance(
        self,
        name: str,
        args: DatabaseArgs,
        identifier: Output[str],
        firewall: ec2.SecurityGroup,
        subnets: rds.SubnetGroup,
        parameters: rds.ParameterGroup,
        monitoring_role_arn: Output[str] | None,
        opts: ResourceOptions,
    ) -> rds.Instance:
        return rds.Instance(
            f"{name}-instance",
            identifier=identifier,
            engine="postgres",
            engine_version=args.engine.engine_version,
            # Extended Support is on by default and costs more than the instance: rather be upgraded.
            engine_lifecycle_support="open-source-rds-extended-support-disabled",
            auto_minor_version_upgrade=True,
            allow_major_version_upgrade=False,
            instance_class=args.engine.instance_class,
            # Below 400 GiB gp3 has fixed speed, and naming IOPS or throughput is an error.
            storage_type="gp3",
            allocated_storage=args.storage.storage_gib,
            max_allocated_storage=args.storage.max_storage_gib,
            storage_encrypted=True,
            kms_key_id=args.key_arn,
            db_name=args.engine.name,
            username=args.engine.username,
            password=args.password,
            iam_database_authentication_enabled=True,
            ca_cert_identifier="rds-ca-rsa2048-g1",
            port=args.engine.port,
            publicly_accessible=False,
            db_subnet_group_name=subnets.name,
            vpc_security_group_ids=[firewall.id],
            multi_az=args.upkeep.multi_az,
            parameter_group_name=parameters.name,
            # RDS sets a new password at once in any case, and the Secrets and firewall rules of the same update do not
            # wait either: deferring the rest to the window would leave pods with a port or user that is not there yet.
            apply_immediately=True,
            backup_retention_period=args.upkeep.backup_retention_days,
            backup_window=args.upkeep.backup_window,
            maintenance_window=args.upkeep.maintenance_window,
            copy_tags_to_snapshot=True,
            deletion_protection=args.protect,
            delete_automated_backups=not args.protect,
            skip_final_snapshot=not args.protect,
            final_snapshot_identifier=identifier.apply(naming.database_final_snapshot)
            if args.protect
            else None,
            enabled_cloudwatch_logs_exports=list(EXPORTS),
            monitoring_interval=args.monitoring.monitoring_interval_seconds,
            monitoring_role_arn=monitoring_role_arn,
            # Seven days are free; RDS never lets the key of these insights be changed.
            performance_insights_enabled=True,
            performance_insights_retention_period=7,
            performance_insights_kms_key_id=args.key_arn,
            database_insights_mode="standard",
            opts=opts,
        )

    def _watch(
        self,
        name: str,
        args: DatabaseArgs,
        instance: rds.Instance,
        parameters: rds.ParameterGroup,
        child: ResourceOptions,
    ) -> None:
        topic_arn = args.monitoring.alarm_topic_arn
        rules = database_rules(
            instance_class=args.engine.instance_class,
            storage_gib=args.storage.storage_gib,
            max_connections=args.monitoring.max_connections,
        )
        dimensions = {"DBInstanceIdentifier": instance.identifier}
        make_alarms(name, rules, namespace="AWS/RDS", dimensions=dimensions, topic_arn=topic_arn, opts=child)
        if args.monitoring.event_notifications:
            sources = {"db-instance": instance.identifier, "db-parameter-group": parameters.name}
            make_event_subscriptions(name, topic_arn, sources, child)


def _present(resource: Resource | None) -> list[Resource]:
    return [] if resource is None else [resource]
