"""What Airflow is configured with: that the graph tells it, and that nobody is let in without signing in."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

from offline.chart import RELEASE
from offline.graph import Graph, Resource
from policies.contents import CRON_JOB, JOB, body_of
from policies.rule import NotKnown, Severity, at, policy, walk
from policies.storage import BUCKET

GUARDED = (
    *("api.access_control_allow_origins", "api.expose_config", "api_auth.jwt_secret"),
    *("celery.broker_url", "celery.result_backend", "celery.ssl_active"),
    "celery_broker_transport_options.visibility_timeout",
    *("core.auth_manager", "core.executor", "core.fernet_key", "core.simple_auth_manager_all_admins"),
    *("database.sql_alchemy_conn", "database.sql_alchemy_conn_async"),
    *("database.sql_alchemy_connect_args", "database.sql_alchemy_connect_args_async"),
    *("fab.auth_rate_limited", "fab.auth_role_public", "fab.config_file"),
    *("logging.encrypt_s3_logs", "logging.remote_base_log_folder", "logging.remote_logging"),
    *("secrets.backend", "secrets.backend_kwargs"),
)
"""Section and key of what decides who gets in, where data goes and whether TLS is verified."""
_FORMS = ("", "_CMD", "_SECRET")
_NAMES = frozenset(f"AIRFLOW__{p.replace('.', '__')}{form}".upper() for p in GUARDED for form in _FORMS)
_OWN = {
    "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": "secretKeyRef",
    "AIRFLOW__CORE__FERNET_KEY": "secretKeyRef",
    "AIRFLOW__CORE__AUTH_MANAGER": "FabAuthManager",
}
"""What our Jobs are given, for which the chart's ConfigMap does not exist yet, and a part of its value."""
_CONTEXT = re.compile(r"\{'ssl': ssl\.create_default_context\(cafile='[^']+'\), 'timeout': \d+\}")
_OPEN: tuple[tuple[str, str], ...] = (
    ("api.access_control_allow_origins", r".*\*.*"),
    ("core.simple_auth_manager_all_admins", r"(?i)(t|true|1)"),
    ("fab.auth_rate_limited", r"(?i)(f|false|0)"),
    ("fab.auth_role_public", r".+"),
    ("fab.config_file", r".+"),
)
"""Settings of airflow.cfg, and the values that open it."""


@policy(
    "AIRFLOW.96", Severity.CRITICAL, RELEASE, fix="Take it out: everybody signs in, from the UI's own site"
)
def nobody_unnamed(release: Resource, _: Graph) -> str | None:
    """Nobody is let in without signing in, tries passwords without end, or comes from another site."""
    for path, opens in _OPEN:
        got = at(release.inputs, f"values.config.{path}")
        if got is not None and re.fullmatch(opens, str(got).strip(), re.DOTALL):
            return f"values.config.{path} is {got}"
    for server in ("apiServer.apiServerConfig", "webserver.webserverConfig"):
        for path in (server, f"{server}ConfigMapName"):
            if at(release.inputs, f"values.{path}"):
                return f"values.{path} is given, which may let everybody in"
    return None


@policy("AIRFLOW.97", Severity.HIGH, RELEASE, JOB, CRON_JOB, fix="Take the variable out of the environment")
def one_configuration(resource: Resource, _: Graph) -> str | None:
    """No variable wins over what airflow.cfg says of access, data and TLS."""
    for name, item in _variables(body_of(resource)):
        ours = resource.type == JOB and name in _OWN and _OWN[name] in str(item)
        if name in _NAMES and not ours:
            return f"the variable {name} is set"
    if resource.type != RELEASE:
        return None
    database = at(resource.inputs, "values.data.metadataSecretName")
    for given in at(resource.inputs, "values.secret") or ():
        if at(given, "envName") in _NAMES and at(given, "secretName") != database:
            return f"the variable {at(given, 'envName')} is set from {at(given, 'secretName')}"
    return None


def _variables(body: Any) -> Iterator[tuple[str, Any]]:
    """Name and item of every variable, of whichever container; of those in a text, the whole text."""
    for path, item in walk(body):
        if isinstance(item, dict) and ("value" in item or "valueFrom" in item):
            yield str(item.get("name")), item
        elif path.split(".")[-1] == "extraEnv":
            yield from ((name, item) for name in re.findall(r"\bAIRFLOW__\w+", str(item or "")))


@policy("AIRFLOW.69", Severity.HIGH, RELEASE, fix="Leave components/local_settings.py as it is")
def verified_async_tls(release: Resource, _: Graph) -> str | None:
    """The async engine gets a context that verifies certificate and name, which nothing changes."""
    path = "values.config.database.sql_alchemy_connect_args_async"
    module, _dot, name = str(at(release.inputs, path) or "").partition(".")
    given = _assigned(str(at(release.inputs, "values.airflowLocalSettings") or ""))
    if given is None:
        return "values.airflowLocalSettings has more than constants and one verifying context"
    if module == "airflow_local_settings" and _CONTEXT.fullmatch(given.get(name, "")):
        return None
    return f"{path} is {at(release.inputs, path) or 'missing'}, which has no verifying context"


def _assigned(code: str) -> dict[str, str] | None:
    """Name to expression of a module that only assigns; None where it does anything else."""
    found: dict[str, str] = {}
    try:
        statements = ast.parse(code).body
    except SyntaxError:
        return None
    for node in statements:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name, value = node.targets[0].id, ast.unparse(node.value)
            if len(node.targets) > 1 or name in found or not (_CONTEXT.fullmatch(value) or _constant(node)):
                return None
            found[name] = value
        elif ast.unparse(node) != "import ssl" and not (isinstance(node, ast.Expr) and _constant(node)):
            return None
    return found


def _constant(node: ast.Assign | ast.Expr) -> bool:
    """Whether a statement computes nothing: a docstring, or an assignment of constants."""
    try:
        ast.literal_eval(node.value)
    except ValueError:
        return False
    return True


@policy("AIRFLOW.98", Severity.HIGH, RELEASE, fix="Leave the log folder of components/chart_config.py")
def logs_in_our_bucket(release: Resource, graph: Graph) -> str | None:
    """Task logs go to a bucket of this stack."""
    path = "values.config.logging.remote_base_log_folder"
    got = str(at(release.inputs, path) or "")
    buckets = [bucket.outputs.get("bucket") for bucket in graph.of_type(BUCKET)]
    if not all(isinstance(name, str) for name in buckets):
        raise NotKnown("bucket")
    return None if got.removeprefix("s3://").split("/")[0] in buckets else f"{path} is {got or 'missing'}"
