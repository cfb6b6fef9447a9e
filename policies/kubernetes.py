"""The namespace, its limits, and the Secrets in it."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

from offline.graph import Graph, Resource, Unknown, plain
from offline.sealed import UNREAD
from policies.rule import NotKnown, Severity, at, policy, unless_given, walk

NAMESPACE = "kubernetes:core/v1:Namespace"
QUOTA = "kubernetes:core/v1:ResourceQuota"
LIMITS = "kubernetes:core/v1:LimitRange"
ACCOUNT = "kubernetes:core/v1:ServiceAccount"
SECRET = "kubernetes:core/v1:Secret"  # noqa: S105 - a resource type
_ENFORCED = ("baseline", "restricted")
_POSTGRES = re.compile(r"(db\+)?postgres(ql)?(\+\w+)?")


@policy("AIRFLOW.60", Severity.HIGH, NAMESPACE, fix="Enforce baseline or restricted")
def pod_security(namespace: Resource, _: Graph) -> str | None:
    """The namespace refuses privileged pods."""
    labels = at(namespace.inputs, "metadata.labels") or {}
    got = labels.get("pod-security.kubernetes.io/enforce")
    return None if got in _ENFORCED else f"pod-security.kubernetes.io/enforce is {got or 'missing'}"


@policy("AIRFLOW.70", Severity.HIGH, SECRET, fix="Build URLs with components/connections.py")
def verified_urls(secret: Resource, _: Graph) -> str | None:
    """Every URL of database or broker asks for TLS with a verified certificate."""
    texts = list(_texts(secret))
    if not texts:
        return "stringData is missing"
    return next((problem for text in texts if (problem := _url_problem(text))), None)


def _texts(secret: Resource) -> Iterator[str]:
    """The secret's values, also those that are given in base64."""
    for key in ("stringData", "data"):
        given = at(secret.inputs, key)
        values = plain(given) or {}
        if isinstance(values, str):
            values = {"": values}  # the report's digest of what holds no URL
            if key == "data":
                raise NotKnown(key)
        if any(isinstance(value, Unknown) for _, value in walk(values)):
            raise NotKnown(key)
        for value in values.values():
            yield base64.b64decode(value).decode() if key == "data" else str(value)


def _url_problem(text: str) -> str | None:
    """Never with the URL itself: it holds a password."""
    if "://" not in text:
        return None
    if text.startswith(UNREAD):
        raise NotKnown("a URL of another form")
    url = urlsplit(text)
    options = parse_qs(url.query)
    if url.scheme == "redis":
        return "a URL has no TLS: redis"
    if url.scheme == "rediss" and options.get("ssl_cert_reqs") != ["required"]:
        return f"a URL has ssl_cert_reqs {options.get('ssl_cert_reqs')}"
    if not _POSTGRES.fullmatch(url.scheme) or url.scheme.endswith("+asyncpg"):
        return None  # asyncpg takes no such options: AIRFLOW.69 asks for its context
    if options.get("sslmode") != ["verify-full"] or not options.get("sslrootcert"):
        return f"a URL has sslmode {options.get('sslmode')}, sslrootcert {options.get('sslrootcert')}"
    return None


@policy(
    "AIRFLOW.72", Severity.LOW, QUOTA, fix="Limit the namespace's pods, and no volumes and load balancers"
)
def quota(resource: Resource, _: Graph) -> str | None:
    """A runaway DAG cannot fill the cluster with pods, volumes or load balancers."""
    names = ("pods", "persistentvolumeclaims", "services.loadbalancers", "services.nodeports")
    hard = at(resource.inputs, "spec.hard") or {}
    missing = [name for name in names if not str(hard.get(name, "")).isdigit()]
    return f"spec.hard lacks {', '.join(missing)}" if missing else None


@policy("AIRFLOW.94", Severity.LOW, LIMITS, fix="Give containers a default limit and request")
def default_limits(resource: Resource, _: Graph) -> str | None:
    """A pod that asks for nothing gets a bound."""
    return unless_given(resource, "spec.limits.0.default.memory") or unless_given(
        resource, "spec.limits.0.defaultRequest.memory"
    )
