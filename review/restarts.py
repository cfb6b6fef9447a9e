"""Which pods a change restarts, read from the Helm values: what the chart puts into which pod template."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from offline.chart import RELEASE
from offline.graph import Resource
from policies.rule import at
from review.model import MISSING, Action, Change, Finding, PropertyChange
from review.paths import leaves
from review.pods import READ_DAGS
from review.text import named

JOB = "kubernetes:batch/v1:Job"
READ = ("kubernetes:core/v1:ConfigMap", "kubernetes:core/v1:Secret")
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
    "serviceAccount.annotations",
    "serviceAccount.automountServiceAccountToken",
)
"""Keys of a component that change an object beside its pods; running pods keep what they got of it."""

_EVERY_POD = (
    "affinity",
    "fullnameOverride",
    "imagePullSecrets",
    "labels",
    "nameOverride",
    "nodeSelector",
    "registry",
    "tolerations",
    "topologySpreadConstraints",
    "useStandardNaming",
)
"""Keys of the whole chart that StatsD's pod template has too."""

_NO_POD = (
    "allowJobLaunching",
    "allowPodLaunching",
    "createUserJob",
    "migrateDatabaseJob",
    "postgresql",
    "redis",
    "flower",
    "rbac",
    "ingress",
    "pgbouncer",
    "limits",
    "networkPolicies",
    "quotas",
    "webserver",
)
"""Keys that change objects beside the pods, or parts that this product leaves off."""
_RESTARTED_BY_JOB_TEMPLATE = "workers.kubernetes"
"""The task pods' template lies in the ConfigMap whose checksum all of Airflow's pods carry."""

_NAMED = 5
"""Causes that are named of a restart: all of them are among the changes."""


_IMAGES = {"statsd": ("statsd",), "pgbouncer": (), "pgbouncerExporter": (), "redis": (), "flower": ()}
"""Key of `images` -> pods that run it, where these are others than Airflow's; four of them are left off."""
_CLONING = tuple(COMPONENTS[name.partition(".")[0]] for name in READ_DAGS)


def restarts(changes: Sequence[Change]) -> list[Finding]:
    """One finding per kind of pod, with the values that make it restart; Jobs that run once more."""
    causes: dict[str, set[str]] = {}
    ended: set[str] = set()
    for change in (c for c in changes if c.type == RELEASE):
        if change.action in (Action.REPLACE, Action.DELETE):
            ended |= {*COMPONENTS.values()}
        elif change.action is Action.UPDATE:
            if change.after and not _celery(change.after) and change.before and _celery(change.before):
                ended.add(COMPONENTS["workers"])
            for difference in _images_apart(change.properties):
                for pods in _restarted(difference, change.after):
                    causes.setdefault(pods, set()).add(difference.path.removeprefix("values."))
    found = [
        Finding(
            text=f"**{pods}**: {named(sorted(paths), _NAMED)}",
            details={"pods": pods, "causes": sorted(paths)},
        )
        for pods, paths in sorted(causes.items())
        if pods not in ended
    ]
    found += [Finding(text=f"**{pods}**: all of them end", details={"pods": pods}) for pods in sorted(ended)]
    return found + _beside(changes, restarted=bool(found))


def _beside(changes: Sequence[Change], *, restarted: bool) -> list[Finding]:
    """Jobs that run; and what pods read that changes under its name, where that restarts nobody."""
    found = []
    for change in changes:
        if change.type == JOB and change.action is Action.REPLACE:
            found.append(Finding(text=f"the Job `{change.name}` runs", details={"urn": change.urn}))
        content = any(d.property in ("data", "stringData") for d in change.properties)
        if change.type in READ and change.action is Action.UPDATE and content and not restarted:
            text = f"`{change.name}` changes, and **nothing restarts**: who has read it keeps what it was"
            found.append(Finding(text=text, details={"urn": change.urn}))
    return found


def _celery(release: Resource) -> bool:
    values = release.inputs.get("values")
    return isinstance(values, Mapping) and "CeleryExecutor" in str(values.get("executor", ""))


def _images_apart(differences: Sequence[PropertyChange]) -> Iterator[PropertyChange]:
    """Images one by one, also where there was none before."""
    for difference in differences:
        yield from leaves(difference) if difference.path == "values.images" else (difference,)


def _running(image: str, release: Resource | None) -> tuple[str, ...]:
    """The pods that run an image of `images`."""
    if image != "gitSync":
        return _IMAGES.get(image, AIRFLOW)
    values = release.inputs.get("values") if release else {}
    local = ("scheduler",) if "LocalExecutor" in str(at(values, "executor")) else ()
    return (*_CLONING, *local) if at(values, "dags.gitSync.enabled") else ()


def _restarted(difference: PropertyChange, release: Resource | None) -> Iterator[str]:
    if difference.path in ("version", "chart"):
        # Every object carries the chart's version as a label.
        yield from COMPONENTS.values()
    if not difference.path.startswith("values."):
        return
    key, *rest = difference.path.removeprefix("values.").replace("[", ".").split(".")
    path = ".".join([key, *rest])
    if key in _NO_POD:
        return
    if key in _EVERY_POD:
        yield from COMPONENTS.values()
        return
    if key == "images":
        yield from _running(rest[0] if rest else "", release)
    elif path.startswith(_RESTARTED_BY_JOB_TEMPLATE):
        yield from AIRFLOW
    elif key in COMPONENTS:
        own = rest[1:] if key == "workers" and rest[:1] == ["celery"] else rest
        removed = difference.after is MISSING and not own
        beside = any(f"{'.'.join(own)}.".startswith(f"{kept}.") for kept in _NOT_IN_THE_POD)
        if removed or not own or not beside:
            yield COMPONENTS[key]
    else:
        yield from AIRFLOW
