"""What stands in the release's values, in Jobs and ConfigMaps: images, TLS, nothing that is secret."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from offline.chart import RELEASE
from offline.graph import Graph, Resource, redact
from policies.rule import Severity, at, policy, walk

JOB = "kubernetes:batch/v1:Job"
CRON_JOB = "kubernetes:batch/v1:CronJob"
CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
TEMPLATES = {JOB: "spec.template.spec", CRON_JOB: "spec.jobTemplate.spec.template.spec"}
_PINNED = re.compile(r"\S+@sha256:[0-9a-f]{64}|[^\s@]+:(?=[\w.-]*\d)[\w.-]+")
_WEAK_TLS = re.compile(
    r"CERT_NONE|check_hostname\s*=\s*False|_create_unverified_context|verify\s*=\s*False"
    r"|sslmode=(disable|allow|prefer|require)\b|ssl_cert_reqs=(none|optional)",
    re.IGNORECASE,
)
_CREDENTIAL = re.compile(
    r"://[^/\s:@\"'{}$<]*:[^/\s:@\"'{}$<]{3,}@|\bAKIA[0-9A-Z]{16}\b|-----BEGIN [A-Z ]*PRIVATE KEY-----"
)
_NAMES = (
    r"(password|passwd|passphrase|pwd|secret|token|(private|api|access|ssh|secret|fernet)_?key|credentials?)"
)
SECRET_NAME = re.compile(rf"{_NAMES}$", re.IGNORECASE)
"""How names of secrets end: DB_PASSWORD and apiKey, but not metadataSecretName."""
_IN_TEXT = re.compile(
    rf"^[ \t-]*name:[ \t]*[\"']?\w*{_NAMES}[\"']?[ \t]*\n[ \t]*value:[ \t]*(?![{{$<])\S"
    rf"|(?!\bsecret[ \t]*=){_NAMES}[\"']?[ \t]*[:=][ \t]*[\"'][^\"'{{}}$<]+[\"']",
    re.IGNORECASE | re.MULTILINE,
)
"""A secret in a longer text: an environment as YAML, or a name with a text in quotes; `secret=`
is where DAGs name a Secret of Kubernetes."""
_IN_FILE = re.compile(
    rf"^[ \t]*[\w.-]*{_NAMES}[ \t]*[:=][ \t]*(?![\"'{{$<|>])\S", re.IGNORECASE | re.MULTILINE
)
"""The same without quotes, as YAML and INI have it; Python has names there."""


def body_of(resource: Resource) -> Any:
    """The part of a resource in which pods are described."""
    return at(resource.inputs, TEMPLATES.get(resource.type, "values"))


@policy("AIRFLOW.93", Severity.HIGH, RELEASE, JOB, CRON_JOB, fix="Verify certificates: verify-full, required")
def no_weak_tls(resource: Resource, _: Graph) -> str | None:
    """Nothing switches the verification of certificates off."""
    found = _WEAK_TLS.search(_text(body_of(resource)))
    return f"it has {found[0]}" if found else None


@policy("AIRFLOW.76", Severity.CRITICAL, RELEASE, JOB, CRON_JOB, CONFIG_MAP, fix="Put it into a Secret")
def no_credentials(resource: Resource, _: Graph) -> str | None:
    """No value, environment, argument or ConfigMap looks like a credential."""
    body = at(resource.inputs, "data") if resource.type == CONFIG_MAP else body_of(resource)
    if _CREDENTIAL.search(_text(body)):
        return "it holds a URL with a password, an access key or a private key"
    for path, item in walk(body):
        if isinstance(item, Mapping) and item.get("value") and SECRET_NAME.search(str(item.get("name", ""))):
            return f"{path} ({item['name']}) has a value written out"
        if path.startswith("config.") and SECRET_NAME.search(path) and item:
            return f"{path} has a value written out"
        if isinstance(item, str) and _writes_out(path, item):
            return f"{path} has a secret's value written out"
    return None


def _writes_out(path: str, text: str) -> bool:
    """Whether a text of several parts names a secret together with its value."""
    python = path.endswith((".py", "airflowLocalSettings"))
    return bool(_IN_TEXT.search(text) or (not python and _IN_FILE.search(text)))


@policy("AIRFLOW.77", Severity.HIGH, RELEASE, JOB, CRON_JOB, fix="Name a version or a digest of the image")
def pinned_images(resource: Resource, _: Graph) -> str | None:
    """Every image has a version or a digest: the same commit runs the same code."""
    for path, item in walk(body_of(resource)):
        if path.split(".")[-1] == "image" and isinstance(item, str) and not _PINNED.fullmatch(item):
            return f"{path} is {item or 'empty'}"
        if isinstance(item, Mapping) and ("tag" in item or "repository" in item) and not _is_pinned(item):
            return f"{path}.tag is {item.get('tag') or 'empty'}"
    return None


def _is_pinned(image: Mapping[str, Any]) -> bool:
    """One of the chart's own: neither repository nor tag means Airflow's, which AIRFLOW.64 judges."""
    if str(image.get("digest") or "").startswith("sha256:"):
        return True
    tag = image.get("tag")
    return bool(_PINNED.fullmatch(f"image:{tag}")) if tag is not None else not image.get("repository")


def _text(value: Any) -> str:
    return json.dumps(redact(value), ensure_ascii=False)
