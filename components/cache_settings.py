"""The parts of Cache's arguments, checked. Pure; names as in the stack file's `cache` section."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class CacheEngine:
    """What runs, and how clients address it."""

    engine: Literal["valkey", "redis"] = "valkey"
    """Valkey speaks the same protocol for four fifths of the price."""
    engine_version: str
    node_type: str
    nodes: int
    """One, or a primary with replicas; from two on a failed primary is replaced from another zone."""
    port: int = 6379
    auth_update_strategy: Literal["ROTATE", "SET"] = "ROTATE"
    """ROTATE adds a new token beside the old one, so that no pod is refused; SET then ends the old one."""

    def __post_init__(self) -> None:
        if self.engine not in ("valkey", "redis"):
            raise ValueError(f"engine: valkey or redis, got {self.engine!r}")
        if not self.major.isdigit() or int(self.major) < 7:
            raise ValueError(f"engine_version: 7 or newer, got {self.engine_version!r}")
        if not self.node_type.startswith("cache.") or self.node_type.count(".") != 2:
            raise ValueError(f"node_type: cache.<family>.<size>, got {self.node_type!r}")
        if not 1 <= self.nodes <= 6:
            raise ValueError(f"nodes: a primary and up to 5 replicas, got {self.nodes}")
        if self.auth_update_strategy not in ("ROTATE", "SET"):
            raise ValueError(f"auth_update_strategy: ROTATE or SET, got {self.auth_update_strategy!r}")

    @property
    def major(self) -> str:
        return self.engine_version.split(".")[0]

    @property
    def family(self) -> str:
        """Of the parameter group."""
        return f"{self.engine}{self.major}"


@dataclass(frozen=True, kw_only=True)
class CacheUpkeep:
    """When AWS may work on the nodes."""

    maintenance_window: str
    snapshot_window: str
    snapshot_retention_days: int = 1
    """0 takes no snapshots: a broker's content is worth minutes."""

    def __post_init__(self) -> None:
        if not 0 <= self.snapshot_retention_days <= 35:
            raise ValueError(
                f"snapshot_retention_days: ElastiCache allows 0 to 35, got {self.snapshot_retention_days}"
            )
