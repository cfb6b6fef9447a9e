"""Names that somebody outside Pulumi relies on, each with the reason why Pulumi may not choose it.

Everything that is not listed here keeps the name Pulumi gives it, so that a replacement can be created before
the old resource goes. Pure: no SDK, no resource.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

RELEASE = "airflow"
"""Helm release: the chart derives service accounts, services and labels from it."""

COMPONENTS = ("scheduler", "api-server", "dag-processor", "triggerer", "worker", "worker-kubernetes")
"""Airflow components that can have a service account and a role of their own; which of them a stack has
follows from its executor (executors.accounts)."""

DATABASE_SECRET = "airflow-database-url"  # noqa: S105  a name, not the secret
MASTER_SECRET = "airflow-database-master"  # noqa: S105  a name, not the secret
BROKER_SECRET = "airflow-celery-broker-url"  # noqa: S105  a name, not the secret
ENCRYPTION_SECRET = "airflow-encryption-key"  # noqa: S105  a name, not the secret
API_SECRET = "airflow-api-key"  # noqa: S105  a name, not the secret
JWT_SECRET = "airflow-jwt-key"  # noqa: S105  a name, not the secret
ADMIN_SECRET = "airflow-admin"  # noqa: S105  a name, not the secret
GIT_SECRET = "airflow-git-ssh-key"  # noqa: S105  a name, not the secret
GIT_CONNECTIONS_SECRET = "airflow-git-connections"  # noqa: S105  a name, not the secret
GIT_SYNC_TOKEN_SECRET = "airflow-git-sync-token"  # noqa: S105  a name, not the secret
"""Kubernetes Secrets: the chart is given these names as text. They differ from the ones that the chart would
create itself (`airflow-metadata`, `airflow-fernet-key`, ...), so that Helm never adopts or deletes ours."""

SMOKE_FOLDER = Path(__file__).resolve().parent.parent / "dags" / "smoke"
"""The smoke DAG's files, which the Airflow component mounts."""

LIMITS: Mapping[str, tuple[int, str]] = {
    "rds-identifier": (63, "RDS DB instance identifier"),
    "rds-snapshot": (255, "RDS DB snapshot identifier"),
    "elasticache-snapshot": (255, "ElastiCache snapshot name"),
    "log-group": (512, "CloudWatch log group name"),
    "ssm-parameter": (1011, "SSM parameter name"),
    "kubernetes": (63, "Kubernetes label value, which a service account's name becomes"),
}
"""Longest name in characters and the vendor's term for it."""

_DIGEST_LENGTH = 8


def limited(kind: str, name: str) -> str:
    """`name` if it fits its kind; a name that somebody relies on is refused rather than shortened."""
    limit, term = LIMITS[kind]
    if not 0 < len(name) <= limit:
        raise ValueError(f"{term}: 1 to {limit} characters, got {len(name)} ({name!r})")
    return name


def shortened(kind: str, name: str) -> str:
    """`name` if it fits its kind, else its beginning and a digest, so that two long names stay different."""
    limit, _ = LIMITS[kind]
    return name if len(name) <= limit else f"{name[: limit - _DIGEST_LENGTH - 1]}-{digest(name)}"


def digest(text: str) -> str:
    """Eight hex digits that stand for a text in a logical name (an e-mail address, say)."""
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGEST_LENGTH]


def service_account(component: str) -> str:
    """The role's trust policy names the service account, therefore it is fixed: the chart's standard name."""
    if component not in COMPONENTS:
        raise ValueError(f"component: one of {', '.join(COMPONENTS)}, got {component!r}")
    return limited("kubernetes", f"{RELEASE}-{component}")


def bootstrap_parameter(stack: str, name: str) -> str:
    """Path of a generated secret. People and recovery look here; no pod may read below this prefix."""
    return limited("ssm-parameter", f"/airflow/{stack}/bootstrap/{name}")


def connections_prefix(stack: str) -> str:
    """Where Airflow's secrets backend reads connections, without a final slash."""
    return f"/airflow/{stack}/connections"


def variables_prefix(stack: str) -> str:
    """Where Airflow's secrets backend reads variables, without a final slash."""
    return f"/airflow/{stack}/variables"


def database_identifier(suffix: str) -> str:
    """RDS names log groups after the instance, and they must exist before it: hence its name is ours.

    The suffix is random and follows the properties that force a replacement, so that the new instance never
    meets the old one's name.
    """
    return limited("rds-identifier", f"airflow-{suffix}")


def database_log_group(identifier: str, export: str) -> str:
    """RDS exports a log nowhere else; a group that it makes itself is unencrypted and never expires."""
    return limited("log-group", f"/aws/rds/instance/{identifier}/{export}")


def database_final_snapshot(identifier: str) -> str:
    """The snapshot outlives the stack: the suffix keeps a second destroy from meeting the first one's."""
    return limited("rds-snapshot", f"{identifier}-final")


def cache_log_group(suffix: str, log: str) -> str:
    """Below /aws/vendedlogs/ the delivery service's resource policy does not grow with every group."""
    return limited("log-group", f"/aws/vendedlogs/elasticache/airflow-{suffix}/{log}")


def cache_final_snapshot(suffix: str) -> str:
    """Outlives the stack like the database's, hence the same random suffix."""
    return limited("elasticache-snapshot", f"airflow-cache-{suffix}-final")
