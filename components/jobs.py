"""Specifications of the two Jobs that run before the release: the database's role and schema, and the first
user.

Ours rather than the chart's: as hooks they would wait for pods that wait for them, and as ordinary objects
of the chart they would keep their names and so could not change. A Job's name here carries a hash of all
that it depends on: a change makes a new Job, which is run and awaited; the same name means that there is
nothing to do.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from components import naming
from components.connections import public_hash
from components.pod_layout import (
    ADMIN_KEY,
    ADMIN_PATH,
    ADMIN_SCRIPT,
    BUNDLE_CONFIG_MAP,
    CERTIFICATES_PATH,
    FAB_AUTH_MANAGER,
    FERNET_KEY,
    ROLE_PATH,
    ROLE_SCRIPT,
    URL_KEY,
    container_security,
    pod_security,
)

if TYPE_CHECKING:
    from stacks.airflow_sections import AdminSettings, AirflowSettings

Spec = dict[str, Any]

DEADLINE_SECONDS = 3600
"""A migration of a large database takes tens of minutes; after an hour something is stuck."""
BACKOFF_LIMIT = 3
"""Retries. A lost connection passes, a broken migration does not; it is safe to start again."""
AWAIT_TIMEOUT = "65m"
"""How long the deployment waits: longer than the Job's own deadline, which explains itself better."""

ANNOTATIONS: Mapping[str, str] = {"pulumi.com/replaceUnready": "true"}
"""A Job that failed is made anew by the next deployment rather than reported as failed for ever."""

RESOURCES: Spec = {
    "requests": {"cpu": "200m", "memory": "512Mi"},
    "limits": {"cpu": "1", "memory": "1Gi"},
}


def schema_mark(airflow: "AirflowSettings", database_resource_id: str) -> str:
    """Changes with the image, the chart, the database behind the address, and when a stack file asks for
    it."""
    marks = (
        airflow.image.repository,
        airflow.image.tag_and_digest,
        airflow.chart.version,
        database_resource_id,
        str(airflow.migration_generation),
    )
    return public_hash(*marks)


def migration_name(schema: str, access_hash: str, script: str) -> str:
    """Changes with the schema, the script, and the password of the role or of the master user: the role gets
    its new one here, before the release restarts those who use it."""
    return f"airflow-migrate-{public_hash(schema, access_hash, script)}"


def admin_name(admin: "AdminSettings", schema: str, password_hash: str, script: str) -> str:
    """Changes with the user, the password, the script and the schema."""
    return f"airflow-admin-{public_hash(admin.username, admin.email, schema, password_hash, script)}"


def migration_spec(airflow: "AirflowSettings", service_account: str, script_config_map: str) -> Spec:
    """First the role, as the master user, whose password only this init container gets; then the schema, as
    the role. `airflow db migrate` covers the tables of the FAB provider too: it is among the managers that
    it discovers."""
    role = {
        "name": "role",
        "args": ["python", f"{ROLE_PATH}/{ROLE_SCRIPT}"],
        "env": [
            _from_secret("MASTER_URL", naming.MASTER_SECRET, URL_KEY),
            _from_secret("APPLICATION_URL", naming.DATABASE_SECRET, URL_KEY),
        ],
        "volumeMounts": [{"name": "script", "mountPath": ROLE_PATH, "readOnly": True}],
    }
    container = {
        "name": "migrate",
        "args": ["airflow", "db", "migrate"],
        "env": [
            *_environment(),
            _from_secret("AIRFLOW__CORE__FERNET_KEY", naming.ENCRYPTION_SECRET, FERNET_KEY),
        ],
    }
    return _job(airflow, service_account, container, script_config_map, first=role)


def admin_spec(
    airflow: "AirflowSettings", admin: "AdminSettings", service_account: str, script_config_map: str
) -> Spec:
    """The script reads the password from its environment: a command line is readable to every process."""
    container = {
        "name": "admin",
        "args": ["python", f"{ADMIN_PATH}/{ADMIN_SCRIPT}"],
        "env": [
            *_environment(),
            {"name": "ADMIN_USERNAME", "value": admin.username},
            {"name": "ADMIN_EMAIL", "value": admin.email},
            _from_secret("ADMIN_PASSWORD", naming.ADMIN_SECRET, ADMIN_KEY),
        ],
        "volumeMounts": [{"name": "script", "mountPath": ADMIN_PATH, "readOnly": True}],
    }
    return _job(airflow, service_account, container, script_config_map)


def _job(
    airflow: "AirflowSettings",
    service_account: str,
    container: Spec,
    script_config_map: str,
    first: Spec | None = None,
) -> Spec:
    """No ttlSecondsAfterFinished: a Job that Kubernetes removed would look like one that has never run."""
    return {
        "activeDeadlineSeconds": DEADLINE_SECONDS,
        "backoffLimit": BACKOFF_LIMIT,
        "template": {
            "metadata": {
                "labels": {"component": container["name"], "tier": "airflow-jobs"},
                # Moved in the middle, a migration would begin again and find a half-changed table.
                "annotations": {"cluster-autoscaler.kubernetes.io/safe-to-evict": "false"},
            },
            "spec": {
                "serviceAccountName": service_account,
                "automountServiceAccountToken": False,
                "enableServiceLinks": False,
                "restartPolicy": "Never",
                "securityContext": pod_security(),
                **({} if first is None else {"initContainers": [_container(airflow, first)]}),
                "containers": [_container(airflow, container)],
                "volumes": [
                    {"name": "rds-ca", "configMap": {"name": BUNDLE_CONFIG_MAP}},
                    {"name": "script", "configMap": {"name": script_config_map}},
                ],
            },
        },
    }


def _container(airflow: "AirflowSettings", own: Spec) -> Spec:
    certificates = {"name": "rds-ca", "mountPath": CERTIFICATES_PATH, "readOnly": True}
    return {
        **own,
        "image": airflow.image.reference,
        "resources": RESOURCES,
        "securityContext": container_security(),
        "volumeMounts": [certificates, *own.get("volumeMounts", [])],
    }


def _environment() -> list[Spec]:
    """The chart's ConfigMaps do not exist yet, so what matters comes as environment."""
    return [
        _from_secret("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", naming.DATABASE_SECRET, URL_KEY),
        {"name": "AIRFLOW__CORE__AUTH_MANAGER", "value": FAB_AUTH_MANAGER},
        {"name": "AIRFLOW__CORE__LOAD_EXAMPLES", "value": "False"},
    ]


def _from_secret(variable: str, secret: str, key: str) -> Spec:
    return {"name": variable, "valueFrom": {"secretKeyRef": {"name": secret, "key": key}}}
