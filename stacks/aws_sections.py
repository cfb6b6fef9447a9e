"""The sections of a stack file that describe the AWS side. Defaults are those of production."""

from typing import Annotated, Literal

from pydantic import Field

from components.capacity import MEMORY_GIB
from stacks.section import (
    AccountId,
    Arn,
    ClusterName,
    DailyWindow,
    DnsLabel,
    Email,
    Port,
    Region,
    Section,
    SecurityGroupId,
    SubnetId,
    WeeklyWindow,
    matching,
    one_of,
)

InstanceClass = Annotated[
    str, one_of("instance_class", tuple(MEMORY_GIB), "an RDS class whose connection limit is known")
]
NodeType = Annotated[
    str,
    matching("node_type", r"cache\.[a-z]\d[a-z]*\.\d*[a-z]+", "a node type such as cache.t4g.small"),
]
DatabaseName = Annotated[
    str,
    matching("database_name", r"[a-z][a-z0-9_]{0,62}", "1-63 of a-z, 0-9 and _, letter first"),
]
Username = Annotated[
    str,
    matching("database_username", r"[a-z][a-z0-9_]{0,15}", "1-16 of a-z, 0-9 and _, letter first"),
]
Prefix = Annotated[
    str,
    matching("log_prefix", r"[\w.-]+(/[\w.-]+)*", "a key prefix without outer slashes, such as logs"),
]
RetentionDays = Literal[
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 3653
]
"""Retention times that CloudWatch Logs accepts."""
Generation = Annotated[int, Field(ge=1)]


class AccountSettings(Section):
    """Which AWS account and region a stack lives in."""

    id: AccountId
    """Credentials of any other account are refused: another account is another stack."""
    region: Region
    """Where everything is made, and where the cluster is."""
    permissions_boundary_arn: Arn | None = None
    """Put on every role made here, where the organisation demands one."""
    alarm_emails: list[Email] = Field(default_factory=list)
    """Receive the alarms; each address has to confirm its subscription once."""


class ClusterSettings(Section):
    """The existing EKS cluster, and the namespace Airflow gets there."""

    name: ClusterName
    """An existing cluster with an IAM OIDC provider. Another one changes every role's trust and, in another
    VPC, replaces firewall and subnet groups."""
    namespace: DnsLabel = "airflow"
    """Made by the program, with a quota and Pod Security labels."""


class NetworkSettings(Section):
    """Where the database and the cache live, and who beside the cluster may reach them."""

    subnet_ids: Annotated[list[SubnetId], Field(min_length=2)]
    """Private subnets in at least two availability zones, in the cluster's VPC."""
    client_security_group_ids: list[SecurityGroupId] = Field(default_factory=list)
    """Groups of nodes outside the cluster's own group (Karpenter, self-managed node groups)."""


class DatabaseSettings(Section):
    """RDS for PostgreSQL, Airflow's metadata."""

    engine_version: Literal["14", "15", "16", "17", "18"] = "17"
    """A major version: AWS applies the minors, and withdraws old ones: they cannot be made anew."""
    instance_class: InstanceClass
    """Size of the server; its memory decides how many connections it takes."""
    storage_gib: Annotated[int, Field(ge=20, le=65_536)] = 20
    """First size of the gp3 volume; RDS never shrinks one."""
    max_storage_gib: Annotated[int, Field(ge=20, le=65_536)] = 100
    """Where storage autoscaling stops."""
    multi_az: bool = True
    """A standby in a second zone takes over when the first fails; it doubles the price."""
    port: Port = 5433
    """Not the engine's well-known port (Security Hub RDS.23)."""
    name: DatabaseName = "airflow"
    """The database on the server."""
    username: Username = "airflow"
    """The role that Airflow works as: it owns Airflow's tables and may do nothing else."""
    master_username: Username = "airflow_admin"
    """The instance's master user, who makes that role; RDS changes the name only by making a new instance."""
    backup_retention_days: Annotated[int, Field(ge=1, le=35)] = 14
    """How far back a restore can reach."""
    backup_window: DailyWindow = "03:00-04:00"
    """When the daily snapshot is taken, in UTC."""
    maintenance_window: WeeklyWindow = "sun:05:00-sun:06:00"
    """When AWS may patch and restart the server, in UTC."""
    monitoring_interval_seconds: Literal[0, 1, 5, 10, 15, 30, 60] = 60
    """Enhanced monitoring; 0 switches it off."""
    event_notifications: bool = True
    """Maintenance, configuration and failure events go to the alarm topic."""
    slow_statement_ms: Annotated[int, Field(ge=1, le=2_147_483_647)] = 1_000
    """Statements that take longer are logged with their text."""
    idle_in_transaction_timeout_ms: Annotated[int, Field(ge=1_000, le=86_400_000)] = 600_000
    """Ends a session that holds a transaction and does nothing, and with it locks that vacuum waits for."""
    log_retention_days: RetentionDays = 365
    """How long CloudWatch keeps the logs of the database and of the cache."""
    protect: bool = True
    """Pulumi and AWS refuse to delete it; without, it goes with its backups and no final snapshot."""


class CacheSettings(Section):
    """ElastiCache as Celery's broker; node based, without cluster mode: its transport knows no cluster."""

    engine: Literal["valkey", "redis"] = "valkey"
    """Valkey, or Redis OSS, which costs a quarter more."""
    engine_version: Literal["7.0", "7.1", "7.2", "8.0", "8.1", "8.2"] = "8.0"
    """A release line; AWS applies its patches."""
    node_type: NodeType
    """Size of each node."""
    nodes: Annotated[int, Field(ge=1, le=6)] = 2
    """One primary, the others replicas; from two on, failover and Multi-AZ are on."""
    port: Port = 6379
    """Clients need TLS and the token on it."""
    auth_update_strategy: Literal["ROTATE", "SET"] = "ROTATE"
    """A new token joins the one before (ROTATE), or is from now on the only one (SET)."""
    snapshot_retention_days: Annotated[int, Field(ge=0, le=35)] = 1
    """0 takes no snapshots."""
    snapshot_window: DailyWindow = "02:00-03:00"
    """When the daily snapshot is taken, in UTC."""
    maintenance_window: WeeklyWindow = "sun:06:00-sun:07:00"
    """When AWS may patch and restart nodes, in UTC."""
    protect: bool = True
    """Pulumi refuses to delete it, and its last content is kept as a snapshot."""


class LogsSettings(Section):
    """The bucket of task logs."""

    prefix: Prefix = "logs"
    """Folder of the task logs in the bucket; older logs stay where they are."""
    retention_days: Annotated[int, Field(ge=1, le=3_650)] = 90
    """Age at which a task log is deleted."""
    noncurrent_retention_days: Annotated[int, Field(ge=1, le=3_650)] = 30
    """How long overwritten and deleted versions of a log can still be read."""
    access_logs: bool = True
    """Requests are logged to a second bucket."""
    protect: bool = True
    """Pulumi refuses to delete the buckets; unprotected ones go with their content."""


class Rotations(Section):
    """Generation of each generated secret; raising a number makes a new value and restarts its consumers."""

    fernet_key: Generation = 1
    """Encrypts passwords and Variables in the database."""
    api_secret_key: Generation = 1
    """Signs sessions of the UI: everybody has to log in again."""
    jwt_secret: Generation = 1
    """Signs tokens of API clients and of running tasks: rotate in a quiet hour."""
    database_password: Generation = 1
    """Password of the role that Airflow works as."""
    master_password: Generation = 1
    """Password of the database's master user, whom no pod of Airflow knows: a new one restarts nothing."""
    broker_token: Generation = 1
    """Token of the cache."""
    admin_password: Generation = 1
    """Password of the first user."""
    restart_key: Generation = 1
    """Key of the hashes that tell pods to restart; a new one restarts all of them."""


class SecretsSettings(Section):
    """The KMS key and the generated secrets."""

    key_deletion_window_days: Annotated[int, Field(ge=7, le=30)] = 30
    """Time in which a deleted key, and with it all data, can be taken back."""
    protect: bool = True
    """Pulumi refuses to delete the key that everything at rest is encrypted with."""
    oldest_fernet_key: Generation = 1
    """What older keys encrypted cannot be read; raise it after `airflow rotate-fernet-key` only."""
    rotations: Rotations = Rotations()
    """One number per generated secret."""
