"""Edits that break the policies of namespace and release, one clause at a time."""

import offline
from tests.policies.breaking import Edit, cut, put

NAMESPACE, QUOTA = "kubernetes:core/v1:Namespace", "kubernetes:core/v1:ResourceQuota"
LIMITS, SECRET = "kubernetes:core/v1:LimitRange", "kubernetes:core/v1:Secret"
RELEASE = "kubernetes:helm.sh/v3:Release"
URL = "postgresql://u:p@h:5433/d"
BROKER_OPTIONS = "config.celery_broker_transport_options"


def value(path: str, given: object) -> Edit:
    return put(RELEASE, f"values.{path}", given)


def no_value(path: str) -> Edit:
    return cut(RELEASE, f"values.{path}")


def url(text: str, key: str = "stringData") -> Edit:
    return put(SECRET, key, offline.Secret({"connection": text}))


HARD = {"pods": "9", "persistentvolumeclaims": "0", "services.loadbalancers": "0", "services.nodeports": "0"}
PLAIN = (
    *("fernetKey", "apiSecretKey", "jwtSecret", "webserverSecretKey", "data.metadataConnection"),
    *("data.resultBackendConnection", "data.brokerUrl", "redis.password", "extraSecrets", "flower.password"),
)
COMPONENTS = ("scheduler", "apiServer", "dagProcessor", "triggerer", "workers.celery")

VERIFYING = """import ssl
ASYNC_CONNECT_ARGS = {"ssl": ssl.create_default_context(cafile="/ca.pem"), "timeout": 10}
"""
AFTERWARDS = (
    'ASYNC_CONNECT_ARGS["ssl"].check_hostname = 0',
    'ASYNC_CONNECT_ARGS["ssl"].verify_mode = 0',
    "ASYNC_CONNECT_ARGS = {}",
    "from os import *",
    "def",
)

CLAUSES: dict[str, list[Edit]] = {
    "AIRFLOW.60": [
        put(NAMESPACE, "metadata.labels", {"pod-security.kubernetes.io/enforce": "privileged"}),
        cut(NAMESPACE, "metadata.labels"),
    ],
    "AIRFLOW.61": [
        value("env", offline.Secret("correct horse battery staple")),
        put(RELEASE, "values", offline.Secret({})),
        cut(RELEASE, "values"),
    ],
    "AIRFLOW.62": [
        value("createUserJob.enabled", True),
        value("webserver.defaultUser", {"enabled": True, "password": "admin"}),
        value("config.core.auth_manager", "airflow.api_fastapi.auth.managers.simple.SimpleAuthManager"),
        no_value("createUserJob"),
        no_value("config.core.auth_manager"),
    ],
    "AIRFLOW.63": [
        value("redis.enabled", True),
        no_value("postgresql"),
        value("triggerer.persistence.enabled", True),
        no_value("workers.celery.persistence"),
        value("logs", {"persistence": {"enabled": True}}),
    ],
    "AIRFLOW.64": [
        value("defaultAirflowTag", "latest"),
        value("defaultAirflowTag", ""),
        value("airflowVersion", "3"),
        put(RELEASE, "version", ">=1.22.0"),
        put(RELEASE, "version", "1.22.0 || *"),
        put(RELEASE, "repositoryOpts.repo", "http://charts.example.com"),
        cut(RELEASE, "version"),
        no_value("defaultAirflowTag"),
    ],
    "AIRFLOW.65": [
        value("scheduler.resources.limits", {}),
        no_value("triggerer.resources"),
        no_value("workers.celery.resources.requests.cpu"),
        no_value("statsd.resources.requests.memory"),
    ],
    "AIRFLOW.66": [
        value("enableBuiltInSecretEnvVars.AIRFLOW_CONN_AIRFLOW_DB", True),
        value("config.api.expose_config", "True"),
        no_value("enableBuiltInSecretEnvVars"),
        no_value("config.api"),
    ],
    "AIRFLOW.67": [
        put(RELEASE, "skipAwait", True),
        put(RELEASE, "timeout", 0),
        value("migrateDatabaseJob.enabled", True),
        cut(RELEASE, "timeout"),
    ],
    "AIRFLOW.68": [
        value("apiServer.replicas", 1),
        value("scheduler.podDisruptionBudget.enabled", False),
        no_value("workers.celery.replicas"),
    ],
    "AIRFLOW.69": [
        value("config.database.sql_alchemy_connect_args_async", ""),
        value("config.database.sql_alchemy_connect_args_async", "airflow_local_settings.CONNECT_ARGS"),
        value("config.database.sql_alchemy_connect_args_async", "os.ASYNC_CONNECT_ARGS"),
        value("airflowLocalSettings", "ASYNC_CONNECT_ARGS = {'ssl': 'require'}"),
        *(value("airflowLocalSettings", VERIFYING + more) for more in AFTERWARDS),
        no_value("airflowLocalSettings"),
    ],
    "AIRFLOW.70": [
        url(f"{URL}?sslmode=require&sslrootcert=/ca"),
        url(f"{URL}?sslmode=disable"),
        url(f"{URL}?sslmode=verify-full"),
        url(URL),
        url("db+postgresql+psycopg2://u:p@h/d"),
        url("redis://:t@h:6379/0?ssl_cert_reqs=required"),
        url("rediss://:t@h:6379/0"),
        url("rediss://:t@h:6379/0?ssl_cert_reqs=none"),
        url("cG9zdGdyZXNxbDovL3U6cEBoL2Q=", key="data"),
        cut(SECRET, "stringData"),
    ],
    "AIRFLOW.72": [
        put(QUOTA, "spec.hard.pods", ""),
        *(put(QUOTA, "spec.hard", {k: v for k, v in HARD.items() if k != name}) for name in HARD),
        cut(QUOTA, "spec.hard"),
    ],
    "AIRFLOW.74": [
        value(f"{BROKER_OPTIONS}.visibility_timeout", "3600"),
        value("workers.celery.terminationGracePeriodSeconds", 7200),
        no_value(f"{BROKER_OPTIONS}.visibility_timeout"),
        no_value("workers.celery.terminationGracePeriodSeconds"),
    ],
    "AIRFLOW.75": [
        *(value(name, "0123") for name in PLAIN),
        *(no_value(name) for name in ("fernetKeySecretName", "apiSecretKeySecretName", "jwtSecretName")),
        no_value("data.metadataSecretName"),
        no_value("data.brokerUrlSecretName"),
    ],
    "AIRFLOW.88": [
        value("scheduler.podAnnotations", {"airflow/secrets": "v1"}),
        *(no_value(f"{name}.podAnnotations") for name in COMPONENTS),
    ],
    "AIRFLOW.94": [
        cut(LIMITS, "spec.limits"),
        cut(LIMITS, "spec.limits.0.default"),
        cut(LIMITS, "spec.limits.0.defaultRequest"),
    ],
}
