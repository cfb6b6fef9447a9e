"""The environment that chart 1.22.0 gives to Airflow's containers, in the chart's order. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from emulator.chart_defaults import Values, literal
from emulator.containers import KeyOf, Variable, parse_variable


def custom(values: Values) -> list[Variable]:
    """`env`, `secret` and `extraEnv` of the release."""
    plain = [Variable(entry["name"], str(entry["value"])) for entry in values["env"] or ()]
    secret = [
        Variable(e["envName"], KeyOf("Secret", e["secretName"], e.get("secretKey") or "value"))
        for e in values["secret"] or ()
    ]
    extra = yaml.safe_load(literal(values["extraEnv"] or "", "extraEnv")) or []
    return [*plain, *secret, *(parse_variable(entry) for entry in extra)]


def standard(values: Values, fullname: str, *, with_jwt: bool) -> list[Variable]:
    """What every Airflow container gets; the JWT secret only who issues or checks tokens."""
    data, celery = values["data"], "CeleryExecutor" in values["executor"]
    database = data.get("metadataSecretName") or f"{fullname}-metadata"
    result = data.get("resultBackendSecretName")
    broker = data.get("brokerUrlSecretName") or f"{fullname}-broker-url"
    fernet = values.get("fernetKeySecretName") or f"{fullname}-fernet-key"
    api = values.get("apiSecretKeySecretName") or f"{fullname}-api-secret-key"
    jwt = values.get("jwtSecretName") or f"{fullname}-jwt-secret"
    table: Sequence[tuple[bool, str, str, str]] = (
        (True, "AIRFLOW__CORE__FERNET_KEY", fernet, "fernet-key"),
        (True, "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", database, "connection"),
        (True, "AIRFLOW_CONN_AIRFLOW_DB", database, "connection"),
        (True, "AIRFLOW__API__SECRET_KEY", api, "api-secret-key"),
        (with_jwt, "AIRFLOW__API_AUTH__JWT_SECRET", jwt, "jwt-secret"),
        (celery and bool(result), "AIRFLOW__CELERY__RESULT_BACKEND", result or "", "connection"),
        (celery, "AIRFLOW__CELERY__BROKER_URL", broker, "connection"),
    )
    switched = values["enableBuiltInSecretEnvVars"] or {}
    return [
        Variable("AIRFLOW_HOME", values["airflowHome"]),
        *(
            Variable(name, KeyOf("Secret", secret, key))
            for wanted, name, secret, key in table
            if wanted and switched.get(name, True)
        ),
    ]


def own(entries: Sequence[Mapping[str, Any]]) -> list[Variable]:
    """A component's `env`."""
    return [parse_variable(entry) for entry in entries]
