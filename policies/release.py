"""The Helm release and its values: versions, secrets, what is switched off, how it is replaced."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from offline.chart import RELEASE
from offline.graph import Graph, Resource, secrets_in
from policies.rule import Severity, at, is_number, policy, unless, unless_at_least, unless_given, unless_not

SECRET_NAMES = ("fernetKeySecretName", "apiSecretKeySecretName", "jwtSecretName", "data.metadataSecretName")
PLAIN = (
    *("fernetKey", "apiSecretKey", "jwtSecret", "webserverSecretKey", "data.metadataConnection"),
    *("data.resultBackendConnection", "data.brokerUrl", "redis.password", "extraSecrets", "flower.password"),
)
"""Values from which the chart would make Secrets itself."""
_EXACT = re.compile(r"v?\d+\.\d+\.\d+([.+-][\w.+-]+)?(@sha256:[0-9a-f]{64})?")
_HASH = re.compile(r"[0-9a-f]{16}")
_COMPONENTS = ("scheduler", "apiServer", "dagProcessor", "triggerer")


def components(release: Resource) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Path in the values and values of each of Airflow's deployments."""
    values = at(release.inputs, "values") or {}
    for name in _COMPONENTS:
        yield name, values.get(name) or {}
    if uses_celery(release):
        yield "workers.celery", at(values, "workers.celery") or {}


def uses_celery(release: Resource) -> bool:
    """Whether tasks run on Celery's workers."""
    return "CeleryExecutor" in str(at(release.inputs, "values.executor"))


@policy(
    "AIRFLOW.61", Severity.CRITICAL, RELEASE, fix="Give the chart the name of a Secret", sees_secrets=True
)
def no_secret_in_values(release: Resource, _: Graph) -> str | None:
    """Helm's values, which anybody who reads Secrets of the namespace can read, hold no secret."""
    values = at(release.inputs, "values")
    if values is None:
        return "values is missing"
    return "a value is a secret" if any(True for _ in secrets_in(values)) else None


@policy("AIRFLOW.62", Severity.HIGH, RELEASE, fix="Leave createUserJob off; our Job makes the user")
def no_default_password(release: Resource, _: Graph) -> str | None:
    """The chart makes no user admin with the password admin, and nobody is let in without one."""
    return (
        unless(release, "values.createUserJob.enabled", False)
        or (
            "values.webserver.defaultUser is given"
            if at(release.inputs, "values.webserver.defaultUser")
            else None
        )
        or unless(release, "values.config.core.auth_manager", AUTH_MANAGER)
    )


AUTH_MANAGER = "airflow.providers.fab.auth_manager.fab_auth_manager.FabAuthManager"


@policy("AIRFLOW.63", Severity.HIGH, RELEASE, fix="Leave the chart's own PostgreSQL, Redis and volumes off")
def no_data_in_the_cluster(release: Resource, _: Graph) -> str | None:
    """Nothing is kept in pods that a drained node takes along."""
    off = ["postgresql.enabled", "redis.enabled", "triggerer.persistence.enabled"]
    off += ["workers.celery.persistence.enabled"] if uses_celery(release) else []
    problems = (unless(release, f"values.{path}", False) for path in off)
    return next((p for p in problems if p), None) or unless_not(
        release, "values.logs.persistence.enabled", True
    )


@policy("AIRFLOW.64", Severity.HIGH, RELEASE, fix="Give chart and image exact versions")
def exact_versions(release: Resource, _: Graph) -> str | None:
    """The same commit installs the same chart, over TLS, and the same image."""
    paths = ["values.airflowVersion"]
    if not str(at(release.inputs, "values.defaultAirflowDigest") or "").startswith("sha256:"):
        paths.append("values.defaultAirflowTag")
    if not str(at(release.inputs, "chart") or "").endswith(".tgz"):
        paths.append("version")
    for path in paths:
        got = at(release.inputs, path)
        if not isinstance(got, str) or not _EXACT.fullmatch(got):
            return f"{path} is {got or 'missing'}"
    repository = at(release.inputs, "repositoryOpts.repo")
    plain = repository is not None and not str(repository).startswith("https://")
    return f"repositoryOpts.repo is {repository}" if plain else None


@policy("AIRFLOW.65", Severity.MEDIUM, RELEASE, fix="Set requests and limits of the component")
def bounded(release: Resource, _: Graph) -> str | None:
    """Every component has requests and a memory limit."""
    values = at(release.inputs, "values") or {}
    for name, component in (*components(release), ("statsd", values.get("statsd") or {})):
        for path in ("resources.requests.cpu", "resources.requests.memory", "resources.limits.memory"):
            if not at(component, path):
                return f"{name}.{path} is missing"
    return None


@policy("AIRFLOW.66", Severity.HIGH, RELEASE, fix="Leave AIRFLOW_CONN_AIRFLOW_DB and expose_config off")
def no_metadata_for_tasks(release: Resource, _: Graph) -> str | None:
    """Tasks and users do not get the metadata database's credentials."""
    return unless(release, "values.enableBuiltInSecretEnvVars.AIRFLOW_CONN_AIRFLOW_DB", False) or unless(
        release, "values.config.api.expose_config", "False"
    )


@policy("AIRFLOW.67", Severity.MEDIUM, RELEASE, fix="Leave waiting on; set a timeout")
def waits(release: Resource, _: Graph) -> str | None:
    """An update that does not become healthy fails."""
    if at(release.inputs, "skipAwait"):
        return "skipAwait is set"
    return unless_at_least(release, "timeout", 1) or unless(
        release, "values.migrateDatabaseJob.enabled", False
    )


@policy("AIRFLOW.68", Severity.MEDIUM, RELEASE, fix="Set two replicas", only_protected=True)
def two_of_everything(release: Resource, _: Graph) -> str | None:
    """In production a node can go and every component stays."""
    for name, component in components(release):
        replicas = at(component, "replicas")
        if not is_number(replicas) or replicas < 2:
            return f"{name}.replicas is {replicas or 'missing'}"
        if at(component, "podDisruptionBudget.enabled") is not True:
            return f"{name}.podDisruptionBudget.enabled is not True"
    return None


@policy("AIRFLOW.74", Severity.HIGH, RELEASE, fix="Raise airflow.visibility_timeout_seconds")
def longest_task_fits(release: Resource, _: Graph) -> str | None:
    """The broker gives no task to a second worker while the first may still be at it."""
    if not uses_celery(release):
        return None
    got = at(release.inputs, "values.config.celery_broker_transport_options.visibility_timeout")
    grace = at(release.inputs, "values.workers.celery.terminationGracePeriodSeconds")
    if str(got).isdigit() and is_number(grace) and int(got) > grace:
        return None
    return f"visibility_timeout is {got or 'missing'}, terminationGracePeriodSeconds {grace or 'missing'}"


@policy("AIRFLOW.75", Severity.CRITICAL, RELEASE, fix="Give the chart the names of our Secrets")
def secrets_by_name(release: Resource, _: Graph) -> str | None:
    """The chart is given the names of Secrets and makes none from values."""
    given = [path for path in PLAIN if at(release.inputs, f"values.{path}")]
    if given:
        return f"values.{given[0]} is given"
    names = (*SECRET_NAMES, "data.brokerUrlSecretName") if uses_celery(release) else SECRET_NAMES
    return next((p for name in names if (p := unless_given(release, f"values.{name}"))), None)


@policy("AIRFLOW.88", Severity.MEDIUM, RELEASE, fix="Give its pods the hash of the secrets that they read")
def restarts_with_secrets(release: Resource, _: Graph) -> str | None:
    """A component starts anew with a rotated secret: a hash of what it reads is among its annotations."""
    for name, component in components(release):
        got = (at(component, "podAnnotations") or {}).get("airflow/secrets")
        if (isinstance(got, str) and not _HASH.fullmatch(got)) or got is None:
            return f"{name}.podAnnotations has {got or 'no airflow/secrets'}"
    return None
