"""Edits that break the policies of pods, of the release's and of Jobs, one clause at a time."""

from tests.policies.breaking import Edit, also, cut, put
from tests.policies.clauses_kubernetes import COMPONENTS, no_value, value

ACCOUNT, CONFIG_MAP = "kubernetes:core/v1:ServiceAccount", "kubernetes:core/v1:ConfigMap"
JOB, CRON_JOB = "kubernetes:batch/v1:Job", "kubernetes:batch/v1:CronJob"
POD, CONTAINER = "spec.template.spec", "spec.template.spec.containers.0"
LIMITED = {"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"memory": "1Gi"}}

CLAUSES: dict[str, list[Edit]] = {
    "AIRFLOW.71": [
        put(JOB, "spec.activeDeadlineSeconds", None),
        put(JOB, "spec.backoffLimit", "3"),
        put(JOB, "spec.ttlSecondsAfterFinished", 60),
        cut(JOB, "spec.backoffLimit"),
        also(CRON_JOB, spec={"jobTemplate": {"spec": {"activeDeadlineSeconds": 60, "backoffLimit": 0}}}),
    ],
    "AIRFLOW.76": [
        value("env", [{"name": "SMTP_PASSWORD", "value": "hunter2"}]),
        value("env", [{"name": "X", "value": "postgresql://airflow:hunter2@db/airflow"}]),
        value("config.smtp", {"smtp_password": "hunter2"}),
        value("extraEnv", "AKIA" + "ABCDEFGHIJKLMNOP"),
        put(JOB, f"{CONTAINER}.args", ["create", "--url", "rediss://:0123456789@h"]),
        put(JOB, f"{CONTAINER}.env", [{"name": "ADMIN_PASSWORD", "value": "admin"}]),
        put(CONFIG_MAP, "data.key", "-----BEGIN OPENSSH PRIVATE KEY-----"),
        value("config.smtp", {"smtp_pwd": "hunter2"}),
        value("env", [{"name": "SMTP_PASSPHRASE", "value": "hunter2"}]),
        value("extraEnv", "- name: SMTP_PASSWORD\n  value: hunter2\n"),
        value("extraConfigMaps", {"note": {"data": "user: airflow\npassword: hunter2\n"}}),
        value("airflowLocalSettings", "SMTP = {'password': 'hunter2'}\n"),
        put(CONFIG_MAP, "data", {"smtp.ini": "[smtp]\nsmtp_pwd = hunter2\n"}),
        put(CONFIG_MAP, "data", {"dag.py": 'API_TOKEN = "hunter2"\n'}),
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
        *(value(f"scheduler.{name}", True) for name in ("hostNetwork", "hostPID", "hostIPC")),
        value("scheduler.securityContexts", {"container": {"allowPrivilegeEscalation": True}}),
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
    "AIRFLOW.95": [
        put(JOB, f"{CONTAINER}.resources", {**LIMITED, "limits": {}}),
        cut(JOB, f"{CONTAINER}.resources.requests.cpu"),
        cut(JOB, f"{CONTAINER}.resources.requests.memory"),
        cut(JOB, f"{CONTAINER}.resources"),
        put(JOB, f"{POD}.initContainers", [{"name": "first"}]),
        put(JOB, POD, {}),
    ],
}
