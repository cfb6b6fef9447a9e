"""Rules about the AWS side: storage, windows, subnets, names, versions, protection."""

from collections.abc import Iterator

from stacks.airflow_sections import AirflowSettings
from stacks.aws_sections import (
    AccountSettings,
    CacheSettings,
    ClusterSettings,
    DatabaseSettings,
    NetworkSettings,
    SecretsSettings,
)
from stacks.registry import rule
from stacks.section import Problem
from stacks.windows import daily, overlap, shortest, weekly

FOREIGN_NAMESPACES = ("default", "kube-node-lease", "kube-public", "kube-system")
CACHE_VERSIONS = {"valkey": ("7.2", "8.0", "8.1", "8.2"), "redis": ("7.0", "7.1")}
RDS_WINDOW_MINUTES = 30
CACHE_WINDOW_MINUTES = 60
PROTECTED_BACKUP_DAYS = 7


@rule("database")
def storage_can_grow(database: DatabaseSettings) -> Iterator[Problem]:
    """RDS refuses an autoscaling limit that is not above the first size."""
    if database.max_storage_gib <= database.storage_gib:
        yield Problem(
            path="database.max_storage_gib",
            rule=f"should be above storage_gib ({database.storage_gib}), autoscaling could not grow",
            value=database.max_storage_gib,
        )


@rule("database")
def database_windows_stay_apart(database: DatabaseSettings) -> Iterator[Problem]:
    """RDS refuses a backup window that overlaps the maintenance window."""
    backup, maintenance = daily(database.backup_window), weekly(database.maintenance_window)
    yield from _windows("database.backup_window", database.backup_window, RDS_WINDOW_MINUTES)
    yield from _windows("database.maintenance_window", database.maintenance_window, RDS_WINDOW_MINUTES)
    if overlap(backup, maintenance):
        yield Problem(
            path="database.backup_window",
            rule=f"should not overlap maintenance_window ({database.maintenance_window})",
            value=database.backup_window,
        )


@rule("cache")
def cache_windows_stay_apart(cache: CacheSettings | None) -> Iterator[Problem]:
    """ElastiCache refuses a snapshot window that overlaps the maintenance window."""
    if cache is None:
        return
    yield from _windows("cache.snapshot_window", cache.snapshot_window, CACHE_WINDOW_MINUTES)
    yield from _windows("cache.maintenance_window", cache.maintenance_window, CACHE_WINDOW_MINUTES)
    if overlap(daily(cache.snapshot_window), weekly(cache.maintenance_window)):
        yield Problem(
            path="cache.snapshot_window",
            rule=f"should not overlap maintenance_window ({cache.maintenance_window})",
            value=cache.snapshot_window,
        )


def _windows(path: str, window: str, minutes: int) -> Iterator[Problem]:
    spans = weekly(window) if window[0].isalpha() else daily(window)
    if shortest(spans) < minutes:
        yield Problem(path=path, rule=f"should be at least {minutes} minutes long", value=window)


@rule("network")
def subnets_differ(network: NetworkSettings) -> Iterator[Problem]:
    """One subnet named twice is one availability zone, and RDS wants two."""
    for index, subnet in enumerate(network.subnet_ids):
        if subnet in network.subnet_ids[:index]:
            yield Problem(
                path=f"network.subnet_ids.{index}",
                rule="should be named once: two zones are needed",
                value=subnet,
            )


@rule("account")
def alarm_addresses_differ(account: AccountSettings) -> Iterator[Problem]:
    """A topic has one subscription per address."""
    for index, email in enumerate(account.alarm_emails):
        if email in account.alarm_emails[:index]:
            yield Problem(path=f"account.alarm_emails.{index}", rule="should be named once", value=email)


@rule("cluster")
def namespace_is_our_own(cluster: ClusterSettings) -> Iterator[Problem]:
    """Quota, Pod Security labels and a deletion would hit what else lives there."""
    if cluster.namespace in FOREIGN_NAMESPACES:
        yield Problem(
            path="cluster.namespace", rule="should be a namespace of its own", value=cluster.namespace
        )


@rule("airflow", "cache")
def cache_has_a_use(airflow: AirflowSettings, cache: CacheSettings | None) -> Iterator[Problem]:
    """Nothing else uses it, and it is a part of the bill."""
    if cache is not None and not airflow.executor_uses_celery:
        yield Problem(path="cache", rule=f"only with CeleryExecutor, and executor is {airflow.executor}")


@rule("cache")
def cache_version_fits_engine(cache: CacheSettings | None) -> Iterator[Problem]:
    """Redis OSS ends with 7.1 at AWS, Valkey starts with 7.2."""
    if cache is not None and cache.engine_version not in CACHE_VERSIONS[cache.engine]:
        known = ", ".join(CACHE_VERSIONS[cache.engine])
        yield Problem(
            path="cache.engine_version",
            rule=f"should be a version of {cache.engine}: {known}",
            value=cache.engine_version,
        )


@rule("cache")
def protected_cache_fails_over(cache: CacheSettings | None) -> Iterator[Problem]:
    """A cache worth protecting survives the loss of a node (ElastiCache.3); a throw-away one waives that."""
    if cache is not None and cache.protect and cache.nodes < 2:
        yield Problem(
            path="cache.nodes", rule="should be at least 2 where protect is true", value=cache.nodes
        )


@rule("database")
def protected_database_has_backups(database: DatabaseSettings) -> Iterator[Problem]:
    """A week of backups (RDS.11); only a throw-away database waives that."""
    if database.protect and database.backup_retention_days < PROTECTED_BACKUP_DAYS:
        yield Problem(
            path="database.backup_retention_days",
            rule=f"should be at least {PROTECTED_BACKUP_DAYS} where protect is true",
            value=database.backup_retention_days,
        )


@rule("account", "database")
def somebody_hears_the_alarms(account: AccountSettings, database: DatabaseSettings) -> Iterator[Problem]:
    """What is worth protecting is worth a mail when its disk is full."""
    if database.protect and not account.alarm_emails:
        yield Problem(
            path="account.alarm_emails",
            rule="should have at least one address where database.protect is true",
        )


@rule("secrets")
def fernet_keys_are_a_range(secrets: SecretsSettings) -> Iterator[Problem]:
    """The newest key encrypts, so it is always one of those that are kept."""
    newest = secrets.rotations.fernet_key
    if secrets.oldest_fernet_key > newest:
        yield Problem(
            path="secrets.oldest_fernet_key",
            rule=f"should be at most rotations.fernet_key ({newest})",
            value=secrets.oldest_fernet_key,
        )
