"""The parts of Database's arguments, checked. Pure; names as in the stack file's `database` section."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from components.reserved_names import is_reserved

LOG_RETENTION_DAYS = (
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
)  # fmt: skip
"""The only values that CloudWatch Logs accepts."""

MONITORING_SECONDS = (0, 1, 5, 10, 15, 30, 60)
Parameters = Sequence[tuple[str, str]]


def check_log_retention(days: int) -> None:
    """Raises unless CloudWatch Logs knows this retention."""
    if days not in LOG_RETENTION_DAYS:
        raise ValueError(f"log_retention_days: one of {', '.join(map(str, LOG_RETENTION_DAYS))}, got {days}")


@dataclass(frozen=True, kw_only=True)
class DatabaseEngine:
    """What runs, and how clients address it."""

    engine_version: str
    """The major alone ("17"): RDS then chooses and upgrades the minor, and withdraws no version under us."""
    instance_class: str
    name: str
    master_username: str
    port: int
    """Any but PostgreSQL's own where the controls ask for it."""

    def __post_init__(self) -> None:
        if not self.major.isdigit():
            raise ValueError(f"engine_version: PostgreSQL's major version, got {self.engine_version!r}")
        if not self.instance_class.startswith("db.") or self.instance_class.count(".") != 2:
            raise ValueError(f"instance_class: db.<family>.<size>, got {self.instance_class!r}")
        if is_reserved(self.master_username):
            raise ValueError(
                f"master_username: neither well known nor reserved, got {self.master_username!r}"
            )
        if not 1150 <= self.port <= 65535:
            raise ValueError(f"port: RDS allows 1150 to 65535, got {self.port}")

    @property
    def major(self) -> str:
        return self.engine_version.split(".")[0]

    @property
    def family(self) -> str:
        """Of the parameter group."""
        return f"postgres{self.major}"


@dataclass(frozen=True, kw_only=True)
class DatabaseStorage:
    """A gp3 volume that grows by itself; RDS never shrinks one."""

    storage_gib: int
    max_storage_gib: int

    def __post_init__(self) -> None:
        if self.storage_gib < 20:
            raise ValueError(f"storage_gib: RDS gp3 needs at least 20, got {self.storage_gib}")
        if self.max_storage_gib <= self.storage_gib:
            raise ValueError(
                f"max_storage_gib: above storage_gib ({self.storage_gib}), got {self.max_storage_gib}"
            )


@dataclass(frozen=True, kw_only=True)
class DatabaseUpkeep:
    """When AWS may work on the instance and how far back it can be restored."""

    backup_retention_days: int
    """0 would switch point-in-time recovery off and is refused."""
    backup_window: str
    maintenance_window: str
    multi_az: bool = True
    """A standby in another zone, promoted by AWS in a minute or two."""

    def __post_init__(self) -> None:
        if not 1 <= self.backup_retention_days <= 35:
            raise ValueError(f"backup_retention_days: RDS allows 1 to 35, got {self.backup_retention_days}")


@dataclass(frozen=True, kw_only=True)
class DatabaseLimits:
    """What PostgreSQL does about slow and forgotten transactions, in milliseconds."""

    slow_statement_ms: int
    """Longer statements are logged with their duration."""
    idle_in_transaction_timeout_ms: int
    """Ends sessions that hold locks and do nothing: a dead scheduler would stop the others for ever."""

    def __post_init__(self) -> None:
        for field in ("slow_statement_ms", "idle_in_transaction_timeout_ms"):
            if getattr(self, field) <= 0:
                raise ValueError(f"{field}: more than 0, got {getattr(self, field)}")

    def parameters(self) -> Parameters:
        """The parameter group's entries; all are dynamic, so none waits for a restart."""
        return (
            ("rds.force_ssl", "1"),
            ("log_min_duration_statement", str(self.slow_statement_ms)),
            # Schema changes only: logging every statement would copy task data into the logs.
            ("log_statement", "ddl"),
            ("idle_in_transaction_session_timeout", str(self.idle_in_transaction_timeout_ms)),
        )
