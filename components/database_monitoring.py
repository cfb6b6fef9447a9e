"""What watches the database: log groups, the role of enhanced monitoring, event subscriptions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pulumi import Input, Output, ResourceOptions
from pulumi_aws import cloudwatch, iam, rds

from components import iam_documents, naming
from components.database_instance import EXPORTS
from components.database_settings import MONITORING_SECONDS, check_log_retention

# Source type, categories: the three kinds whose changes an operator must hear of.
EVENTS: Sequence[tuple[str, Sequence[str]]] = (
    ("db-instance", ("maintenance", "configuration change", "failure")),
    ("db-parameter-group", ("configuration change",)),
    ("db-security-group", ("configuration change", "failure")),
)


@dataclass(frozen=True, kw_only=True)
class DatabaseMonitoring:
    """How closely the database is watched, and who hears of it."""

    alarm_topic_arn: Input[str]
    max_connections: int
    """What the instance class gives; the alarms on connections and memory are fractions of it."""
    account_id: Input[str]
    partition: Input[str]
    monitoring_interval_seconds: int = 60
    """Seconds between two readings of the operating system; 0 switches enhanced monitoring off."""
    event_notifications: bool = True
    log_retention_days: int = 365
    permissions_boundary_arn: str | None = None
    """For the role of enhanced monitoring."""

    def __post_init__(self) -> None:
        check_log_retention(self.log_retention_days)
        if self.monitoring_interval_seconds not in MONITORING_SECONDS:
            allowed = ", ".join(map(str, MONITORING_SECONDS))
            raise ValueError(
                f"monitoring_interval_seconds: one of {allowed}, got {self.monitoring_interval_seconds}"
            )
        if self.max_connections < 1:
            raise ValueError(f"max_connections: more than 0, got {self.max_connections}")


def make_log_groups(
    name: str, identifier: Output[str], key_arn: Input[str], retention_days: int, opts: ResourceOptions
) -> list[cloudwatch.LogGroup]:
    """The groups that RDS would otherwise make itself: unencrypted and never expiring."""

    def group(export: str) -> cloudwatch.LogGroup:
        return cloudwatch.LogGroup(
            f"{name}-{export}-log",
            name=identifier.apply(lambda known: naming.database_log_group(known, export)),
            retention_in_days=retention_days,
            kms_key_id=key_arn,
            opts=opts,
        )

    return [group(export) for export in EXPORTS]


def make_monitoring_role(
    name: str, watch: DatabaseMonitoring, opts: ResourceOptions
) -> tuple[Output[str], iam.RolePolicyAttachment]:
    """The role by which RDS writes operating system readings to CloudWatch, and its one attached policy."""
    trust = Output.from_input(watch.account_id).apply(
        lambda account: iam_documents.service_trust(
            service="monitoring.rds.amazonaws.com", account_id=account
        )
    )
    role = iam.Role(
        f"{name}-monitoring-role",
        description="Airflow: RDS enhanced monitoring",
        assume_role_policy=trust,
        permissions_boundary=watch.permissions_boundary_arn,
        opts=opts,
    )
    attachment = iam.RolePolicyAttachment(
        f"{name}-monitoring-policy",
        role=role.name,
        policy_arn=Output.format(
            "arn:{0}:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole", watch.partition
        ),
        opts=opts,
    )
    return role.arn, attachment


def make_event_subscriptions(
    name: str, topic_arn: Input[str], sources: dict[str, Output[str]], opts: ResourceOptions
) -> None:
    """RDS reports our instance and parameter group, and all security groups of its own kind."""
    for source_type, categories in EVENTS:
        source = sources.get(source_type)
        rds.EventSubscription(
            f"{name}-events-{source_type}",
            sns_topic=topic_arn,
            source_type=source_type,
            source_ids=[source] if source is not None else None,
            event_categories=categories,
            opts=opts,
        )
