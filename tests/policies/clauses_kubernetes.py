"""Edits that break the policies of namespace, release, Jobs and of the program, one clause at a time."""

import offline
from tests.policies.breaking import Edit, also, cut, put

NAMESPACE, QUOTA = "kubernetes:core/v1:Namespace", "kubernetes:core/v1:ResourceQuota"
LIMITS, ACCOUNT = "kubernetes:core/v1:LimitRange", "kubernetes:core/v1:ServiceAccount"
SECRET, CONFIG_MAP = "kubernetes:core/v1:Secret", "kubernetes:core/v1:ConfigMap"
RELEASE, JOB = "kubernetes:helm.sh/v3:Release", "kubernetes:batch/v1:Job"
CRON_JOB = "kubernetes:batch/v1:CronJob"
POD, CONTAINER = "spec.template.spec", "spec.template.spec.containers.0"
URL = "postgresql://u:p@h:5433/d"
BROKER_OPTIONS = "config.celery_broker_transport_options"


def value(path: str, given: object) -> Edit:
    return put(RELEASE, f"values.{path}", given)


def no_value(path: str) -> Edit:
    return cut(RELEASE, f"values.{path}")


def url(text: str, key: str = "stringData") -> Edit:
    return put(SECRET, key, offline.Secret({"connection": text}))


LIMITED = {"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"memory": "1Gi"}}
COMPONENTS = ("scheduler", "apiServer", "dagProcessor", "triggerer", "workers.celery")

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
        value("airflowLocalSettings", "ASYNC_CONNECT_ARGS = {'ssl': 'require'}"),
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
    "AIRFLOW.71": [
        put(JOB, "spec.activeDeadlineSeconds", None),
        put(JOB, "spec.backoffLimit", "3"),
        put(JOB, "spec.ttlSecondsAfterFinished", 60),
        cut(JOB, "spec.backoffLimit"),
        also(CRON_JOB, spec={"jobTemplate": {"spec": {"activeDeadlineSeconds": 60, "backoffLimit": 0}}}),
    ],
    "AIRFLOW.72": [put(QUOTA, "spec.hard.pods", ""), cut(QUOTA, "spec.hard.pods"), cut(QUOTA, "spec.hard")],
    "AIRFLOW.74": [
        value(f"{BROKER_OPTIONS}.visibility_timeout", "3600"),
        value("workers.celery.terminationGracePeriodSeconds", 7200),
        no_value(f"{BROKER_OPTIONS}.visibility_timeout"),
        no_value("workers.celery.terminationGracePeriodSeconds"),
    ],
    "AIRFLOW.75": [
        value("fernetKey", "0123"),
        value("data.metadataConnection", {"user": "airflow"}),
        value("data.brokerUrl", "redis://h"),
        *(no_value(name) for name in ("fernetKeySecretName", "apiSecretKeySecretName", "jwtSecretName")),
        no_value("data.metadataSecretName"),
        no_value("data.brokerUrlSecretName"),
    ],
    "AIRFLOW.76": [
        value("env", [{"name": "SMTP_PASSWORD", "value": "hunter2"}]),
        value("env", [{"name": "X", "value": "postgresql://airflow:hunter2@db/airflow"}]),
        value("config.smtp", {"smtp_password": "hunter2"}),
        value("extraEnv", "AKIA" + "ABCDEFGHIJKLMNOP"),
        put(JOB, f"{CONTAINER}.args", ["create", "--url", "rediss://:0123456789@h"]),
        put(JOB, f"{CONTAINER}.env", [{"name": "ADMIN_PASSWORD", "value": "admin"}]),
        put(CONFIG_MAP, "data.key", "-----BEGIN OPENSSH PRIVATE KEY-----"),
    ],
    "AIRFLOW.77": [
        value("images", {"statsd": {"repository": "quay.io/prometheus/statsd-exporter", "tag": "latest"}}),
        value("images", {"statsd": {"tag": ""}}),
        value("images", {"gitSync": {"repository": "git-sync"}}),
        value("scheduler.extraContainers", [{"image": "busybox"}]),
        put(JOB, f"{CONTAINER}.image", "apache/airflow:latest"),
        put(JOB, f"{CONTAINER}.image", "apache/airflow"),
        put(JOB, f"{CONTAINER}.image", "apache/airflow@sha256:0123"),
        put(JOB, f"{CONTAINER}.image", ""),
    ],
    "AIRFLOW.78": [
        value("securityContexts.pod.runAsNonRoot", False),
        value("securityContexts.containers.allowPrivilegeEscalation", True),
        value("securityContexts.containers.capabilities.drop", ["NET_RAW"]),
        value("securityContexts.containers.capabilities.add", ["SYS_ADMIN"]),
        value("workers.celery.securityContexts", {"containers": {"privileged": True}}),
        value("statsd.securityContexts.pod.runAsUser", 0),
        value("scheduler.hostNetwork", True),
        value("volumes", [{"name": "node", "hostPath": {"path": "/"}}]),
        no_value("securityContexts"),
        no_value("securityContexts.pod.seccompProfile"),
        put(JOB, f"{POD}.securityContext.runAsNonRoot", False),
        put(JOB, f"{CONTAINER}.securityContext.privileged", True),
        cut(JOB, f"{CONTAINER}.securityContext"),
        cut(JOB, f"{POD}.securityContext"),
    ],
    "AIRFLOW.79": [
        *(value(f"{name}.serviceAccount.automountServiceAccountToken", True) for name in COMPONENTS),
        no_value("scheduler.serviceAccount"),
        no_value("statsd.serviceAccount.automountServiceAccountToken"),
        put(JOB, f"{POD}.automountServiceAccountToken", True),
        cut(JOB, f"{POD}.automountServiceAccountToken"),
        cut(ACCOUNT, "automountServiceAccountToken"),
    ],
    "AIRFLOW.88": [
        value("scheduler.podAnnotations", {"airflow/secrets": "v1"}),
        *(no_value(f"{name}.podAnnotations") for name in COMPONENTS),
    ],
    "AIRFLOW.89": [
        value("apiServer.readinessProbe", {"enabled": False}),
        value("workers.celery.livenessProbe", {"enabled": "false"}),
    ],
    "AIRFLOW.93": [
        value("config.celery", {"ssl": "CERT_NONE"}),
        value("airflowLocalSettings", "context.check_hostname = False"),
        value("env", [{"name": "X", "value": "sslmode=require"}]),
        value("env", [{"name": "X", "value": "ssl_cert_reqs=none"}]),
        put(JOB, f"{CONTAINER}.args", ["psql", "sslmode=prefer"]),
    ],
    "AIRFLOW.94": [
        cut(LIMITS, "spec.limits"),
        cut(LIMITS, "spec.limits.0.default"),
        cut(LIMITS, "spec.limits.0.defaultRequest"),
    ],
    "AIRFLOW.95": [
        put(JOB, f"{CONTAINER}.resources", {**LIMITED, "limits": {}}),
        cut(JOB, f"{CONTAINER}.resources"),
        put(JOB, f"{POD}.initContainers", [{"name": "first"}]),
        put(JOB, POD, {}),
    ],
}
