"""What lies where inside Airflow's pods, and under which key a Secret or ConfigMap keeps it.

The values of the chart, the Jobs and the objects themselves have to spell these alike.
"""

from typing import Final

API_SERVER_PORT: Final = 8080
STATSD_PORT: Final = 9125

OPEN_UI: Final = (
    f"kubectl --namespace {{0}} port-forward service/airflow-api-server {API_SERVER_PORT}:{API_SERVER_PORT}"
)
"""Command that makes the UI reachable on this machine, with the namespace to fill in."""

TASK_POD: Final = "worker-kubernetes"
"""The pods that KubernetesExecutor starts, one per task."""

URL_KEY: Final = "connection"
ASYNC_URL_KEY: Final = "connectionAsync"
FERNET_KEY: Final = "fernet-key"
API_KEY: Final = "api-secret-key"
JWT_KEY: Final = "jwt-secret"
ADMIN_KEY: Final = "password"
GIT_KEY: Final = "gitSshKey"

AIRFLOW_HOME: Final = "/opt/airflow"
DAGS_PATH: Final = f"{AIRFLOW_HOME}/dags"
SMOKE_PATH: Final = f"{AIRFLOW_HOME}/smoke"
SOURCES_PATH: Final = f"{AIRFLOW_HOME}/sources"
"""Each DAG source that is not the image has a folder of its name here."""
ADMIN_PATH: Final = f"{AIRFLOW_HOME}/admin"
BUNDLES_PATH: Final = f"{AIRFLOW_HOME}/bundles"
"""Where Airflow keeps what it fetches itself (Git, S3)."""
KNOWN_HOSTS_KEY: Final = "known_hosts"
KNOWN_HOSTS_PATH: Final = f"{AIRFLOW_HOME}/git/{KNOWN_HOSTS_KEY}"
ROLE_PATH: Final = f"{AIRFLOW_HOME}/database"
CERTIFICATES_PATH: Final = f"{AIRFLOW_HOME}/certificates"

BUNDLE_CONFIG_MAP: Final = "airflow-rds-ca"
BUNDLE_FILE: Final = "rds-bundle.pem"
BUNDLE_PATH: Final = f"{CERTIFICATES_PATH}/{BUNDLE_FILE}"

ADMIN_SCRIPT: Final = "create_admin.py"
ROLE_SCRIPT: Final = "prepare_database.py"

AIRFLOW_USER: Final = 50000
"""The user `airflow` of the official image; its group is 0."""

FAB_AUTH_MANAGER: Final = "airflow.providers.fab.auth_manager.fab_auth_manager.FabAuthManager"


def pod_security() -> dict[str, object]:
    """Security context of an Airflow pod."""
    return {
        "runAsNonRoot": True,
        "runAsUser": AIRFLOW_USER,
        "fsGroup": 0,
        "seccompProfile": {"type": "RuntimeDefault"},
    }


def container_security() -> dict[str, object]:
    """Security context of a container: nothing beyond what an ordinary process may do."""
    return {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
