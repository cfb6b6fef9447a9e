"""The metadata database: RDS for PostgreSQL."""

from __future__ import annotations

from offline.graph import Graph, Resource
from policies.rule import Severity, at, is_number, policy, unless, unless_at_least, unless_given

INSTANCE = "aws:rds/instance:Instance"
CERTIFICATES = ("rds-ca-rsa2048-g1", "rds-ca-rsa4096-g1", "rds-ca-ecc384-g1")
EXPORTS = ("postgresql", "upgrade")
"""Logs that RDS for PostgreSQL writes."""
DEFAULT_PORT, DEFAULT_USERS = 5432, ("postgres", "admin")


@policy("RDS.2", Severity.CRITICAL, INSTANCE, fix="Leave publicly_accessible False")
def private(instance: Resource, _: Graph) -> str | None:
    """The database has no public address."""
    return unless(instance, "publiclyAccessible", False)


@policy("RDS.3", Severity.MEDIUM, INSTANCE, fix="Encrypt storage; it cannot be added later")
def encrypted(instance: Resource, _: Graph) -> str | None:
    """The database's storage is encrypted with our key."""
    return unless(instance, "storageEncrypted", True) or unless_given(instance, "kmsKeyId")


@policy("RDS.5", Severity.MEDIUM, INSTANCE, fix="Set database.multi_az, or waive it outside production")
def two_zones(instance: Resource, _: Graph) -> str | None:
    """A standby in another zone takes over."""
    return unless(instance, "multiAz", True)


@policy("RDS.6", Severity.LOW, INSTANCE, fix="Set database.monitoring_interval_seconds")
def enhanced_monitoring(instance: Resource, _: Graph) -> str | None:
    """The operating system's figures are recorded, by a role that RDS may take."""
    return unless_at_least(instance, "monitoringInterval", 1) or unless_given(instance, "monitoringRoleArn")


@policy("RDS.8", Severity.LOW, INSTANCE, fix="Set database.protect")
def deletion_protection(instance: Resource, _: Graph) -> str | None:
    """AWS refuses to delete the database."""
    return unless(instance, "deletionProtection", True)


@policy("RDS.9", Severity.MEDIUM, INSTANCE, fix="Export postgresql and upgrade")
def exported_logs(instance: Resource, _: Graph) -> str | None:
    """The database's logs go to CloudWatch."""
    missing = set(EXPORTS) - set(at(instance.inputs, "enabledCloudwatchLogsExports") or ())
    return f"enabledCloudwatchLogsExports lacks {', '.join(sorted(missing))}" if missing else None


@policy(
    "RDS.10", Severity.MEDIUM, INSTANCE, fix="Leave IAM authentication on: people get in without a password"
)
def iam_authentication(instance: Resource, _: Graph) -> str | None:
    """IAM users can log in."""
    return unless(instance, "iamDatabaseAuthenticationEnabled", True)


@policy("RDS.11", Severity.MEDIUM, INSTANCE, fix="Set database.backup_retention_days to 7 or more")
def backups(instance: Resource, _: Graph) -> str | None:
    """A week of backups is kept."""
    return unless_at_least(instance, "backupRetentionPeriod", 7)


@policy("RDS.13", Severity.HIGH, INSTANCE, fix="Leave automatic minor upgrades on")
def minor_upgrades(instance: Resource, _: Graph) -> str | None:
    """Security fixes are installed in the maintenance window."""
    return unless(instance, "autoMinorVersionUpgrade", True)


@policy("RDS.17", Severity.LOW, INSTANCE, fix="Copy tags to snapshots")
def tagged_snapshots(instance: Resource, _: Graph) -> str | None:
    """Snapshots carry the tags that cost and clean-up go by."""
    return unless(instance, "copyTagsToSnapshot", True)


@policy("RDS.23", Severity.LOW, INSTANCE, fix="Set database.port to another port")
def unusual_port(instance: Resource, _: Graph) -> str | None:
    """The database does not listen where every scanner looks first."""
    port = at(instance.inputs, "port")
    return None if is_number(port) and port != DEFAULT_PORT else f"port is {port or 'missing'}"


@policy("RDS.25", Severity.MEDIUM, INSTANCE, fix="Choose another name for the master user")
def unusual_user(instance: Resource, _: Graph) -> str | None:
    """The master user's name is not the one that everybody tries."""
    user = at(instance.inputs, "username")
    return None if user and str(user).lower() not in DEFAULT_USERS else f"username is {user or 'missing'}"


@policy("AIRFLOW.11", Severity.MEDIUM, INSTANCE, fix="Disable extended support; upgrade in time instead")
def no_extended_support(instance: Resource, _: Graph) -> str | None:
    """An engine that has reached its end does not begin to cost several times as much."""
    wanted = "open-source-rds-extended-support-disabled"
    return unless(instance, "engineLifecycleSupport", wanted)


@policy("AIRFLOW.12", Severity.MEDIUM, INSTANCE, fix=f"Choose one of {', '.join(CERTIFICATES)}")
def current_certificate(instance: Resource, _: Graph) -> str | None:
    """The server's certificate comes from an authority that is still valid."""
    got = at(instance.inputs, "caCertIdentifier")
    return f"caCertIdentifier is {got or 'missing'}" if got not in CERTIFICATES else None


@policy("AIRFLOW.13", Severity.HIGH, INSTANCE, fix="Keep a final snapshot with a name of its own")
def final_snapshot(instance: Resource, _: Graph) -> str | None:
    """A destroyed database leaves a snapshot."""
    return unless(instance, "skipFinalSnapshot", False) or unless_given(instance, "finalSnapshotIdentifier")


@policy(
    "AIRFLOW.14",
    Severity.MEDIUM,
    INSTANCE,
    fix="Choose a class without credits, such as db.m7g.large",
    only_protected=True,
)
def steady_class(instance: Resource, _: Graph) -> str | None:
    """A production database does not run out of CPU credits."""
    got = at(instance.inputs, "instanceClass")
    burstable = not isinstance(got, str) or got.lower().startswith("db.t")
    return f"instanceClass is {got or 'missing'}" if burstable else None


@policy("AIRFLOW.16", Severity.LOW, INSTANCE, fix="Leave Performance Insights on, with our key")
def insights(instance: Resource, _: Graph) -> str | None:
    """Which statements load the database is on record; a week of it is free."""
    return unless(instance, "performanceInsightsEnabled", True) or unless_given(
        instance, "performanceInsightsKmsKeyId"
    )
