"""The parts of the chart's values that each component's pods get: size, identity, mounts, security
context."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pulumi import Input

from components.pod_layout import (
    BUNDLE_CONFIG_MAP,
    CERTIFICATES_PATH,
    SMOKE_PATH,
    container_security,
    pod_security,
)

if TYPE_CHECKING:
    from stacks.airflow_sections import ComponentSettings
    from stacks.pod_sections import Resources, Toleration

Values = dict[str, Any]

RESTART_ANNOTATION = "airflow/secrets"
"""Changes with the secrets that a pod consumes: Kubernetes itself restarts nothing when a Secret's content
changes."""

SIDECAR_RESOURCES: Values = {
    "requests": {"cpu": "20m", "memory": "64Mi"},
    "limits": {"cpu": "200m", "memory": "256Mi"},
}
"""Log groomers, git-sync and StatsD: small, but without requests they would be the first to be evicted."""

_CERTIFICATES_VOLUME = "rds-ca"
_SMOKE_VOLUME = "smoke"


def component(
    settings: "ComponentSettings", role_arn: Input[str] | None, secrets_hash: Input[str] | None
) -> Values:
    """What every component of Airflow shares.

    Disruption budgets use maxUnavailable alone: next to the chart's default the API would refuse
    minAvailable, and a single replica with minAvailable 1 could never be drained from its node.
    """
    return {
        "replicas": settings.replicas,
        "resources": resources(settings),
        "podDisruptionBudget": {"enabled": True, "config": {"maxUnavailable": 1}},
        "podAnnotations": {} if secrets_hash is None else {RESTART_ANNOTATION: secrets_hash},
        "env": environment(settings.env),
        "serviceAccount": account(role_arn),
    }


def account(role_arn: Input[str] | None, *, talks_to_kubernetes: bool = False) -> Values:
    """A service account bound to a role of the cloud.

    The role's own token is projected separately, so a pod needs the account's token only to talk to
    Kubernetes.
    """
    annotations = {} if role_arn is None else {"eks.amazonaws.com/role-arn": role_arn}
    return {
        "create": True,
        "automountServiceAccountToken": talks_to_kubernetes,
        "annotations": annotations,
    }


def resources(settings: "ComponentSettings | Resources") -> Values:
    """Requests and limits as Kubernetes writes them."""
    return {
        "requests": {"cpu": settings.requests.cpu, "memory": settings.requests.memory},
        "limits": {"cpu": settings.limits.cpu, "memory": settings.limits.memory},
    }


def toleration(taint: "Toleration") -> Values:
    """As Kubernetes writes it: without a value, every value of the taint is tolerated."""
    value = {"operator": "Exists"} if taint.value is None else {"operator": "Equal", "value": taint.value}
    return {"key": taint.key, **value, "effect": taint.effect}


def environment(values: Mapping[str, str]) -> list[Values]:
    """Plain variables in the chart's list form, in a fixed order."""
    return [{"name": name, "value": values[name]} for name in sorted(values)]


def certificate_volumes() -> list[Values]:
    """The bundle of public certificates that the database's certificate is verified against."""
    return [{"name": _CERTIFICATES_VOLUME, "configMap": {"name": BUNDLE_CONFIG_MAP}}]


def certificate_mounts() -> list[Values]:
    """Where every Airflow container finds the bundle."""
    return [{"name": _CERTIFICATES_VOLUME, "mountPath": CERTIFICATES_PATH, "readOnly": True}]


def smoke_mounts(config_map: Input[str], files: Sequence[str]) -> Values:
    """The smoke DAG's files, each mounted by subPath.

    Mounting the ConfigMap as a folder would bring the kubelet's `..data` link along, and Airflow's search
    for DAG files stops at it with "Detected recursive loop".
    """
    return {
        "extraVolumes": [{"name": _SMOKE_VOLUME, "configMap": {"name": config_map}}],
        "extraVolumeMounts": [
            {
                "name": _SMOKE_VOLUME,
                "mountPath": f"{SMOKE_PATH}/{file}",
                "subPath": file,
                "readOnly": True,
            }
            for file in sorted(files)
        ],
    }


def both_securities(user: int) -> Values:
    """For pods that do not inherit the global contexts (StatsD), under their own user."""
    return {
        "pod": {**pod_security(), "runAsUser": user, "fsGroup": user},
        "container": container_security(),
    }
