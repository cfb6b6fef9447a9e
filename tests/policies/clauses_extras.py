"""Edits that break the policies of Airflow's configuration and what runs beside it, one clause at a time."""

from policies.configuration import GUARDED
from policies.extras import OPTIONS
from tests.policies.breaking import Edit, also, cut, put
from tests.policies.clauses_kubernetes import COMPONENTS, RELEASE, no_value, value
from tests.policies.clauses_pods import CONTAINER, CRON_JOB, JOB, POD

MASTER, DATABASE = "airflow-database-master", "airflow-database-url"
GENERATOR = {"name": "generate-x", "image": "example/dags:1.4", "command": ["sh"], "env": []}
ADMIN = "AUTH_ROLE_PUBLIC = 'Admin'\n"


def overriding(setting: str) -> str:
    section, _, key = setting.partition(".")
    return f"AIRFLOW__{section}__{key}".upper()


def beside(**changes: object) -> Edit:
    """A DAG generator that has something else."""
    return value("workers.celery.extraInitContainers", [{**GENERATOR, **changes}])


def reads(secret: str, name: str = "X") -> dict[str, object]:
    return {"name": name, "valueFrom": {"secretKeyRef": {"name": secret, "key": "connection"}}}


CLAUSES: dict[str, list[Edit]] = {
    "AIRFLOW.96": [
        value("config.api.access_control_allow_origins", "*"),
        value("config.api.access_control_allow_origins", "https://example.com *"),
        value("config.core.simple_auth_manager_all_admins", "True"),
        value("config.fab.auth_rate_limited", "False"),
        value("config.fab.auth_role_public", "Viewer"),
        value("config.fab.config_file", "/opt/airflow/dags/webserver_config.py"),
        value("apiServer.apiServerConfig", ADMIN),
        value("apiServer.apiServerConfigConfigMapName", "another"),
        value("webserver.webserverConfig", ADMIN),
        value("webserver.webserverConfigConfigMapName", "another"),
    ],
    "AIRFLOW.97": [
        *(value("env", [{"name": overriding(setting), "value": "x"}]) for setting in GUARDED),
        value("env", [{"name": "AIRFLOW__CORE__FERNET_KEY_CMD", "value": "cat /key"}]),
        *(value(f"{part}.env", [{"name": overriding(GUARDED[1]), "value": "True"}]) for part in COMPONENTS),
        value("dags.gitSync.env", [{"name": overriding(GUARDED[1]), "valueFrom": {}}]),
        value("extraEnv", "- name: AIRFLOW__API__EXPOSE_CONFIG\n  value: 'True'\n"),
        value("secret", [{"envName": "AIRFLOW__SECRETS__BACKEND", "secretName": "x", "secretKey": "y"}]),
        put(JOB, f"{CONTAINER}.env", [{"name": "AIRFLOW__CORE__AUTH_MANAGER", "value": "x"}]),
        put(JOB, f"{CONTAINER}.env", [{"name": "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "value": "x"}]),
    ],
    "AIRFLOW.98": [
        value("config.logging.remote_base_log_folder", "s3://another/logs"),
        value("config.logging.remote_base_log_folder", "/opt/airflow/logs"),
        no_value("config.logging.remote_base_log_folder"),
    ],
    "AIRFLOW.99": [put(RELEASE, name, ["x"]) for name in OPTIONS],
    "AIRFLOW.100": [
        *(value(f"{part}.command", ["sh"]) for part in (*COMPONENTS, "statsd")),
        *(value(f"{part}.args", ["bash", "-c", "exec sh"]) for part in COMPONENTS),
        value("scheduler.livenessProbe", {"command": ["sh"]}),
        value("scheduler.logGroomerSidecar.args", ["sh"]),
        value("workers.celery.containerLifecycleHooks", {"postStart": {"exec": {"command": ["sh"]}}}),
        value("extraEnv", "- name: X\n  value: y\n"),
        value("extraEnvFrom", "- secretRef: {name: x}\n"),
        value("podTemplate", "apiVersion: v1\n"),
        value("extraConfigMaps", {"x": {"data": "y: z"}}),
        value("extraSecrets", {"x": {"data": "y: z"}}),
    ],
    "AIRFLOW.101": [
        value("scheduler.extraContainers", [{"name": "helper", "image": "example/helper:1.0"}]),
        value("workers.celery.extraInitContainers", [{"image": "example/helper:1.0"}]),
        beside(envFrom=[{"secretRef": {"name": MASTER}}]),
        beside(lifecycle={}),
        beside(env=[reads(DATABASE)]),
        beside(env=[reads(DATABASE, "DAGS_ROOT")]),
        beside(env=[{"name": "PATH", "value": "/tmp"}]),
        beside(volumeMounts=[{"name": "git-hosts", "mountPath": "/x"}]),
    ],
    "AIRFLOW.102": [value("multiNamespaceMode", True), value("allowJobLaunching", True)],
    "AIRFLOW.103": [
        value("scheduler.env", [reads(MASTER)]),
        value("workers.celery.extraVolumes", [{"name": "x", "secret": {"secretName": "airflow-admin"}}]),
        value("data.metadataSecretName", MASTER),
        value("secret", [{"envName": "X", "secretName": MASTER, "secretKey": "connection"}]),
        value("volumes", [{"name": "x", "projected": {"sources": [{"secret": {"name": MASTER}}]}}]),
        value("extraEnv", f"- name: X\n  valueFrom: {{secretKeyRef: {{name: {MASTER}, key: connection}}}}\n"),
    ],
    "AIRFLOW.104": [
        put(JOB, f"{CONTAINER}.args", ["bash", "-c", "airflow db reset -y && airflow db migrate"]),
        put(JOB, f"{CONTAINER}.command", ["bash"]),
        put(JOB, f"{CONTAINER}.lifecycle", {"postStart": {"exec": {"command": ["sh"]}}}),
        put(JOB, f"{CONTAINER}.name", "another"),
        put(JOB, f"{CONTAINER}.image", "registry.example.com/airflow:3.3.2"),
        put(JOB, f"{CONTAINER}.env", [reads(MASTER)]),
        put(JOB, f"{CONTAINER}.envFrom", [{"secretRef": {"name": MASTER}}]),
        put(JOB, f"{POD}.volumes", [{"name": "x", "secret": {"secretName": MASTER}}]),
        put(JOB, f"{POD}.initContainers", [{"name": "role", "args": ["sh"], "env": [reads(MASTER)]}]),
        also(
            CRON_JOB,
            spec={"jobTemplate": {"spec": {"template": {"spec": {"containers": [{"env": [reads("x")]}]}}}}},
        ),
        cut(JOB, f"{CONTAINER}.args"),
    ],
}
