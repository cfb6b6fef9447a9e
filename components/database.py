"""Postgres for Airflow's metadata, on RDS.

Owns the instance, its subnets, parameters, firewall, logs, alarms and the role of enhanced monitoring. Does
not create Airflow's role and schema: the migration Job does, from within the cluster. An upgrade of the major
version is refused here on purpose; it is an operation that begins with a snapshot, not a changed setting.
"""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_aws import rds
from pulumi_random import RandomId

from components import naming
from components.alarm_rules import database_rules
from components.database_instance import Surroundings, instance_properties
from components.database_monitoring import (
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
    master_password: Input[str]
    """Letters and digits."""
    placement: Placement
    engine: DatabaseEngine
    storage: DatabaseStorage
    upkeep: DatabaseUpkeep
    limits: DatabaseLimits
    monitoring: DatabaseMonitoring
    protect: bool = True
    """Pulumi and RDS refuse deletion, a final snapshot is taken and automated backups are kept."""


class Database(pulumi.ComponentResource):
    """An encrypted, private Postgres that accepts TLS connections from Airflow's machines only."""

    address: Output[str]
    port: Output[int]
    instance_id: Output[str]
    arn: Output[str]
    resource_id: Output[str]
    name: Output[str]
    master_username: Output[str]

    def __init__(self, name: str, args: DatabaseArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("airflow:index:Database", name, None, opts)
        self._name, self._args, self._child = name, args, ResourceOptions(parent=self)

        identifier = self._identifier()
        parameters = self._parameters()
        instance = self._instance(identifier, parameters)
        self._watch(instance, parameters)

        self.address = instance.address
        self.port = instance.port
        self.instance_id = instance.identifier
        self.arn = instance.arn
        self.resource_id = instance.resource_id
        self.name = Output.from_input(args.engine.name)
        self.master_username = Output.from_input(args.engine.master_username)
        self.register_outputs(
            {
                "address": self.address,
                "port": self.port,
                "instance_id": self.instance_id,
                "arn": self.arn,
                "resource_id": self.resource_id,
                "name": self.name,
                "master_username": self.master_username,
            }
        )

    def _identifier(self) -> Output[str]:
        suffix = RandomId(
            f"{self._name}-suffix",
            byte_length=SUFFIX_BYTES,
            # What RDS can only change by replacement; the new instance must not meet the old one's name.
            keepers={
                "database": self._args.engine.name,
                "username": self._args.engine.master_username,
                "key": self._args.key_arn,
            },
            opts=self._child,
        )
        return suffix.hex.apply(naming.database_identifier)

    def _parameters(self) -> rds.ParameterGroup:
        engine = self._args.engine
        return rds.ParameterGroup(
            # With the family in its name, a new major version gets its group beside the one still in use.
            f"{self._name}-parameters-{engine.family}",
            description="Airflow metadata database",
            family=engine.family,
            parameters=[
                {"name": key, "value": value, "apply_method": "immediate"}
                for key, value in self._args.limits.parameters()
            ],
            opts=self._child,
        )

    def _instance(self, identifier: Output[str], parameters: rds.ParameterGroup) -> rds.Instance:
        name, args, child = self._name, self._args, self._child
        port = args.engine.port
        firewall = make_firewall(name, args.placement, port=port, purpose="metadata database", opts=child)
        subnets = rds.SubnetGroup(
            f"{name}-subnets",
            description="Airflow metadata database: private subnets",
            subnet_ids=args.placement.subnet_ids,
            opts=child,
        )
        needed: list[pulumi.Resource] = []
        needed += make_log_groups(name, identifier, args.key_arn, args.monitoring.log_retention_days, child)
        role_arn = None
        if args.monitoring.monitoring_interval_seconds > 0:
            role_arn, attachment = make_monitoring_role(name, args.monitoring, child)
            needed.append(attachment)
        around = Surroundings(
            identifier=identifier,
            firewall_id=firewall.id,
            subnets_name=subnets.name,
            parameters_name=parameters.name,
            monitoring_role_arn=role_arn,
        )
        # No property leads to `needed`: RDS would make missing log groups itself, and it tries the role.
        opts = ResourceOptions.merge(child, ResourceOptions(protect=args.protect, depends_on=needed))
        return rds.Instance(f"{name}-instance", instance_properties(args, around), opts)

    def _watch(self, instance: rds.Instance, parameters: rds.ParameterGroup) -> None:
        name, args, child = self._name, self._args, self._child
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
