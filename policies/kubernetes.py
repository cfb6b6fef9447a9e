"""The namespace, the Release and its values."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from offline.chart import RELEASE
from offline.graph import Graph, Resource, Secret, secrets_in
from policies.rule import Severity, at, policy, unless, unless_given

NAMESPACE = "kubernetes:core/v1:Namespace"
QUOTA = "kubernetes:core/v1:ResourceQuota"
JOB = "kubernetes:batch/v1:Job"
SECRET = "kubernetes:core/v1:Secret"  # noqa: S105 - a resource type
_EXACT = re.compile(r"\d+\.\d+\.\d+")
_ENFORCED = ("baseline", "restricted")
_COMPONENTS = ("scheduler", "apiServer", "dagProcessor", "triggerer")


@policy("AIRFLOW.60", Severity.HIGH, NAMESPACE, fix="Enforce baseline or restricted")
def pod_security(namespace: Resource, _: Graph) -> str | None:
    """The namespace refuses privileged pods."""
    labels = at(namespace.inputs, "metadata.labels") or {}
    got = labels.get("pod-security.kubernetes.io/enforce")
    return None if got in _ENFORCED else f"pod-security.kubernetes.io/enforce is {got or 'missing'}"


@policy(
    "AIRFLOW.61",
    Severity.CRITICAL,
    RELEASE,
    fix="Give the chart the name of a Secret instead",
    sees_secrets=True,
)
def no_secret_in_values(release: Resource, graph: Graph) -> str | None:
    """Helm's values, which anybody who reads Secrets of the namespace can read, hold no secret."""
    values = at(release.inputs, "values")
    if values is None:
        return "values is missing"
    known = {str(s) for r in graph.resources for s in secrets_in(r.outputs) if len(str(s)) >= 12}
    if isinstance(values, Secret) or any(True for _ in secrets_in(values)):
        return "a value is a secret"
    text = json.dumps(values, default=str)
    return "a value contains a generated secret" if any(secret in text for secret in known) else None


@policy("AIRFLOW.62", Severity.HIGH, RELEASE, fix="Leave createUserJob off; our Job makes the user")
def no_default_password(release: Resource, _: Graph) -> str | None:
    """The chart makes no user admin with the password admin."""
    return unless(release, "values.createUserJob.enabled", False)


@policy("AIRFLOW.63", Severity.HIGH, RELEASE, fix="Leave the chart's own PostgreSQL and Redis off")
def no_data_in_the_cluster(release: Resource, _: Graph) -> str | None:
    """Nothing is kept in pods that a drained node takes along."""
    return unless(release, "values.postgresql.enabled", False) or unless(
        release, "values.redis.enabled", False
    )


@policy("AIRFLOW.64", Severity.HIGH, RELEASE, fix="Give chart and image exact versions")
def exact_versions(release: Resource, _: Graph) -> str | None:
    """The same commit installs the same chart and the same image."""
    for path in ("version", "values.airflowVersion", "values.defaultAirflowTag"):
        got = at(release.inputs, path)
        if path == "version" and str(at(release.inputs, "chart") or "").endswith(".tgz"):
            continue
        if not isinstance(got, str) or not _EXACT.match(got):
            return f"{path} is {got or 'missing'}"
    return None


@policy("AIRFLOW.65", Severity.MEDIUM, RELEASE, fix="Set requests and limits of the component")
def bounded(release: Resource, _: Graph) -> str | None:
    """Every component has requests and a memory limit."""
    for name, component in _components(release):
        for path in ("resources.requests.cpu", "resources.requests.memory", "resources.limits.memory"):
            if not at(component, path):
                return f"{name}.{path} is missing"
    return None


@policy("AIRFLOW.66", Severity.HIGH, RELEASE, fix="Leave AIRFLOW_CONN_AIRFLOW_DB off")
def no_metadata_for_tasks(release: Resource, _: Graph) -> str | None:
    """Tasks do not get the metadata database's credentials as a Connection."""
    return unless(release, "values.enableBuiltInSecretEnvVars.AIRFLOW_CONN_AIRFLOW_DB", False)


@policy("AIRFLOW.67", Severity.MEDIUM, RELEASE, fix="Leave waiting on; set a timeout")
def waits(release: Resource, _: Graph) -> str | None:
    """An update that does not become healthy fails."""
    if at(release.inputs, "skipAwait"):
        return "skipAwait is set"
    return unless_given(release, "timeout")


@policy("AIRFLOW.68", Severity.MEDIUM, RELEASE, fix="Set two replicas", only_protected=True)
def two_of_everything(release: Resource, _: Graph) -> str | None:
    """In production a node can go and every component stays."""
    for name, component in _components(release):
        if (at(component, "replicas") or 0) < 2:
            return f"{name}.replicas is {at(component, 'replicas') or 'missing'}"
    return None


@policy("AIRFLOW.69", Severity.HIGH, RELEASE, fix="Verify certificates: ssl_cert_reqs=required, verify-full")
def verified_tls(release: Resource, _: Graph) -> str | None:
    """The async engine is given a context that verifies the database's certificate."""
    path = "values.config.database.sql_alchemy_connect_args_async"
    return unless_given(release, path)


@policy(
    "AIRFLOW.70",
    Severity.HIGH,
    SECRET,
    fix="Build URLs with components/connections.py",
    sees_secrets=True,
)
def verified_urls(secret: Resource, _: Graph) -> str | None:
    """No connection URL turns the verification of certificates off."""
    weak = (
        "sslmode=disable",
        "sslmode=allow",
        "sslmode=prefer",
        "sslmode=require&",
        "ssl_cert_reqs=none",
        "redis://",
    )
    texts = [str(s) for s in secrets_in(secret.inputs)] if at(secret.inputs, "stringData") else None
    if texts is None:
        return "stringData is missing"
    found = [w for w in weak for text in texts if w in text.lower().replace("rediss://", "")]
    return f"a URL has {found[0]}" if found else None


@policy("AIRFLOW.71", Severity.MEDIUM, JOB, fix="Set a deadline and a limit of tries")
def ends(job: Resource, _: Graph) -> str | None:
    """A Job that hangs or fails ends, and tells so."""
    return unless_given(job, "spec.activeDeadlineSeconds") or unless_given(job, "spec.backoffLimit")


@policy("AIRFLOW.72", Severity.LOW, QUOTA, fix="Limit the namespace's pods")
def quota(resource: Resource, _: Graph) -> str | None:
    """A runaway DAG cannot fill the cluster with pods."""
    return unless_given(resource, "spec.hard.pods")


def _components(release: Resource) -> Iterator[tuple[str, Mapping[str, Any]]]:
    values = at(release.inputs, "values") or {}
    for name in _COMPONENTS:
        yield name, values.get(name) or {}
    if "CeleryExecutor" in str(values.get("executor", "")):
        yield "workers.celery", at(values, "workers.celery") or {}
