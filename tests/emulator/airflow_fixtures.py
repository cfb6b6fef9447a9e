"""What the tests of Airflow's processes share: values as a stack gives them, a machine without servers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from emulator.files import write_private
from emulator.machine import Machine
from emulator.paths import State

NAMESPACE = "airflow"

VALUES: dict[str, Any] = {
    "useStandardNaming": True,
    "airflowVersion": "3.3.2",
    "defaultAirflowTag": "3.3.2",
    "executor": "CeleryExecutor",
    "data": {"metadataSecretName": "database-url", "brokerUrlSecretName": "broker-url"},
    "fernetKeySecretName": "encryption-key",
    "apiSecretKeySecretName": "api-key",
    "jwtSecretName": "jwt-key",
    "enableBuiltInSecretEnvVars": {"AIRFLOW_CONN_AIRFLOW_DB": False},
    "env": [{"name": "AIRFLOW_CONN_AWS_DEFAULT", "value": "aws://"}],
    "volumes": [{"name": "ca", "configMap": {"name": "rds-ca"}}],
    "volumeMounts": [{"name": "ca", "mountPath": "/opt/airflow/certificates", "readOnly": True}],
    "airflowLocalSettings": 'CA = "/opt/airflow/certificates/rds-bundle.pem"\n',
    "config": {"core": {"parallelism": "64"}},
    "scheduler": {"replicas": 2, "podAnnotations": {"airflow/secrets": "0123456789abcdef"}},
    "workers": {"celery": {"replicas": 3, "persistence": {"enabled": False}}},
    "triggerer": {"persistence": {"enabled": False}},
}


def machine(folder: Path, airflow: Path | None = None) -> Machine:
    """A machine with the objects that VALUES names, and, if asked for, an Airflow that is a shell script."""
    made = Machine(State("test", folder / "home"))
    secrets = made.state.kubernetes / NAMESPACE / "Secret"
    for name, key in (("broker-url", "connection"), ("encryption-key", "fernet-key")):
        write_private(secrets / name / key, f"{name}-text")
    write_private(secrets / "api-key" / "api-secret-key", "api-key-text")
    write_private(secrets / "jwt-key" / "jwt-secret", "jwt-key-text")
    url = "postgresql://u:p@localhost/db?sslrootcert=/opt/airflow/certificates/rds-bundle.pem"
    write_private(secrets / "database-url" / "connection", url)
    write_private(
        made.state.kubernetes / NAMESPACE / "ConfigMap" / "rds-ca" / "rds-bundle.pem", "certificate"
    )
    if airflow:
        script = airflow / "bin" / "airflow"
        write_private(script, "#!/bin/sh\nexit 0\n", mode=0o700)
    return made
