"""Which pods a change restarts, read from the Helm values: what the chart puts into which pod template."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from offline.chart import RELEASE
from review.model import MISSING, Action, Change, Finding, PropertyChange

COMPONENTS = {
    "scheduler": "scheduler",
    "apiServer": "api-server",
    "dagProcessor": "dag-processor",
    "triggerer": "triggerer",
    "workers": "worker",
    "statsd": "statsd",
}
"""Key of the values -> the pods' name."""

AIRFLOW = tuple(pods for key, pods in COMPONENTS.items() if key != "statsd")

_NOT_IN_THE_POD = (
    "replicas",
    "hpa",
    "keda",
    "podDisruptionBudget",
    "service",
    "ingress",
    "networkPolicy",
    "strategy",
    "updateStrategy",
    "revisionHistoryLimit",
    "enabled",
)
"""Keys of a component that change an object beside its pods."""

_NO_POD = (
    "createUserJob",
    "migrateDatabaseJob",
    "postgresql",
    "redis",
    "flower",
    "rbac",
    "ingress",
    "pgbouncer",
)
_RESTARTED_BY_JOB_TEMPLATE = "workers.kubernetes"
"""The task pods' template lies in the ConfigMap whose checksum all of Airflow's pods carry."""


def restarts(changes: Sequence[Change]) -> list[Finding]:
    """One finding per kind of pod, with the values that make it restart."""
    causes: dict[str, list[str]] = {}
    for change in changes:
        if change.type != RELEASE or change.action is Action.CREATE:
            continue
        for difference in change.properties:
            for pods in _restarted(difference):
                causes.setdefault(pods, []).append(difference.path.removeprefix("values."))
    return [
        Finding(
            text=f"**{pods}**: {', '.join(f'`{path}`' for path in sorted(set(paths)))}",
            details={"pods": pods, "causes": sorted(set(paths))},
        )
        for pods, paths in sorted(causes.items())
    ]


def _restarted(difference: PropertyChange) -> Iterator[str]:
    if difference.path in ("version", "chart"):
        # Every object carries the chart's version as a label.
        yield from COMPONENTS.values()
    if not difference.path.startswith("values."):
        return
    key, *rest = difference.path.removeprefix("values.").replace("[", ".").split(".")
    path = ".".join([key, *rest])
    if key in _NO_POD:
        return
    if path.startswith(_RESTARTED_BY_JOB_TEMPLATE):
        yield from AIRFLOW
    elif key in COMPONENTS:
        own = rest[1:] if key == "workers" and rest[:1] == ["celery"] else rest
        removed = difference.after is MISSING and not own
        if removed or not own or own[0] not in _NOT_IN_THE_POD:
            yield COMPONENTS[key]
    else:
        yield from AIRFLOW
