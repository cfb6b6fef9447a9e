"""Arguments of the AWS components as a careful team would give them; tests change one field at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from components.cache import CacheArgs
from components.cache_settings import CacheEngine, CacheUpkeep
from components.credentials import CredentialsArgs
from components.database import DatabaseArgs
from components.database_monitoring import DatabaseMonitoring
from components.database_settings import DatabaseEngine, DatabaseLimits, DatabaseStorage, DatabaseUpkeep
from components.firewall import Placement
from components.identity import ComponentRolesArgs, LogGrant, OidcProvider
from components.logs import LogBucketArgs
from offline import Graph, Resource, Secret, record_program

ACCOUNT = "111122223333"
REGION = "us-east-1"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:alarms"
BUCKET = "arn:aws:s3:::logs"
ISSUER = f"oidc.eks.{REGION}.amazonaws.com/id/ABC"
PROVIDER = f"arn:aws:iam::{ACCOUNT}:oidc-provider/{ISSUER}"
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/boundary"
PASSWORD = "fromTheGenerator"

PLACEMENT = Placement(
    vpc_id="vpc-1",
    subnet_ids=["subnet-a", "subnet-b"],
    cluster_security_group_id="sg-cluster",
    client_security_group_ids=["sg-karpenter"],
)
ENGINE = DatabaseEngine(
    engine_version="17",
    instance_class="db.m7g.large",
    name="airflow",
    master_username="airflow_admin",
    port=5433,
)
STORAGE = DatabaseStorage(storage_gib=100, max_storage_gib=500)
UPKEEP = DatabaseUpkeep(
    backup_retention_days=14, backup_window="03:00-04:00", maintenance_window="sun:05:00-sun:06:00"
)
LIMITS = DatabaseLimits(slow_statement_ms=1000, idle_in_transaction_timeout_ms=600_000)
MONITORING = DatabaseMonitoring(
    alarm_topic_arn=TOPIC, max_connections=856, account_id=ACCOUNT, partition="aws"
)
DATABASE = DatabaseArgs(
    key_arn=KEY,
    master_password=PASSWORD,
    placement=PLACEMENT,
    engine=ENGINE,
    storage=STORAGE,
    upkeep=UPKEEP,
    limits=LIMITS,
    monitoring=MONITORING,
)
CHEAP_DATABASE = replace(
    DATABASE,
    protect=False,
    engine=replace(ENGINE, instance_class="db.t4g.micro"),
    upkeep=replace(UPKEEP, multi_az=False, backup_retention_days=1),
    monitoring=replace(
        MONITORING, monitoring_interval_seconds=0, event_notifications=False, log_retention_days=7
    ),
)
"""What a throw-away stack makes of it."""
CACHE_ENGINE = CacheEngine(engine_version="8.0", node_type="cache.t4g.small", nodes=2)
CACHE_UPKEEP = CacheUpkeep(maintenance_window="sun:06:00-sun:07:00", snapshot_window="02:00-03:00")
CACHE = CacheArgs(
    key_arn=KEY,
    token=PASSWORD,
    placement=PLACEMENT,
    engine=CACHE_ENGINE,
    upkeep=CACHE_UPKEEP,
    alarm_topic_arn=TOPIC,
)
LOGS = LogBucketArgs(
    key_arn=KEY, account_id=ACCOUNT, prefix="logs", retention_days=90, noncurrent_retention_days=30
)
ROLES = ComponentRolesArgs(
    namespace="airflow",
    stack="test",
    executor="CeleryExecutor",
    oidc=OidcProvider(issuer=ISSUER, arn=PROVIDER),
    account_id=ACCOUNT,
    partition="aws",
    region=REGION,
    key_arn=KEY,
    logs=LogGrant(bucket_arn=BUCKET, prefix="logs"),
)
GRANT = {
    "stack": "test",
    "account_id": ACCOUNT,
    "partition": "aws",
    "region": REGION,
    "key_arn": KEY,
    "bucket_arn": BUCKET,
    "log_prefix": "logs",
}


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """Rotation numbers, all of them the first."""

    fernet_key: int = 1
    api_secret_key: int = 1
    jwt_secret: int = 1
    database_password: int = 1
    master_password: int = 1
    broker_token: int = 1
    admin_password: int = 1
    restart_key: int = 1


CREDENTIALS = CredentialsArgs(stack="test", key_arn=KEY, rotations=Numbers())


_GRAPHS: dict[tuple[object, ...], Graph] = {}


def built(component: Callable[..., object], name: str, args: Any, *, preview: bool = False) -> Graph:
    """The graph of one component; made once for the same plain arguments, since nobody can change a graph."""
    key = (component, name, repr(args), preview)
    if key not in _GRAPHS:
        _GRAPHS[key] = record_program(lambda: component(name, args), preview=preview)
    return _GRAPHS[key]


def at(resource: Resource, path: str) -> Any:
    """The input at a dotted path such as `rules.0.filter`."""
    value: Any = resource.inputs
    for step in path.split("."):
        value = value[int(step)] if isinstance(value, list) else value.get(step)
    return value


def open_texts(value: Any) -> list[str]:
    """Every text that an engine would store and show in the open."""
    if isinstance(value, Secret):
        return []
    if isinstance(value, Mapping):
        return [text for item in value.values() for text in open_texts(item)]
    if isinstance(value, (list, tuple)):
        return [text for item in value for text in open_texts(item)]
    return [value] if isinstance(value, str) else []
