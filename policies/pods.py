"""What a pod may do: the release's and those of Jobs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from offline.chart import RELEASE
from offline.graph import Graph, Resource
from policies.contents import CRON_JOB, JOB, TEMPLATES, body_of
from policies.kubernetes import ACCOUNT
from policies.release import components
from policies.rule import Severity, at, is_number, policy, unless, walk

FORBIDDEN = {
    **{
        name: True for name in ("privileged", "allowPrivilegeEscalation", "hostNetwork", "hostPID", "hostIPC")
    },
    **{"runAsUser": 0, "uid": 0, "runAsNonRoot": False},
}
"""Settings of a security context, or beside it, and the value that gives a pod power over its node."""


@policy("AIRFLOW.78", Severity.HIGH, RELEASE, JOB, CRON_JOB, fix="Leave components/pod_layout.py's contexts")
def restricted_pods(resource: Resource, _: Graph) -> str | None:
    """Pods run as an ordinary user who cannot become another one."""
    body = body_of(resource)
    for path, item in walk(body):
        last = path.split(".")[-1]
        if (last in FORBIDDEN and item == FORBIDDEN[last] and type(item) is not str) or last == "hostPath":
            return f"{path} is {item}"
        if last == "add" and ".capabilities." in f".{path}" and item:
            return f"{path} is {item}"
    if resource.type == RELEASE:
        contexts = at(body, "securityContexts") or {}
        return _context_problem(contexts.get("pod"), contexts.get("containers"))
    return next((p for c in _containers(body) if (p := _container_problem(body, c))), None)


def _context_problem(pod: Any, container: Any) -> str | None:
    wanted = (
        (pod, "runAsNonRoot", True),
        (pod, "seccompProfile.type", "RuntimeDefault"),
        (container, "allowPrivilegeEscalation", False),
        (container, "capabilities.drop", ["ALL"]),
    )
    wrong = (
        f"{path} is {at(given, path)}, wanted {value}"
        for given, path, value in wanted
        if at(given, path) != value
    )
    return next(wrong, None)


def _container_problem(pod: Any, container: Any) -> str | None:
    problem = _context_problem(at(pod, "securityContext"), at(container, "securityContext"))
    return f"container {at(container, 'name')}: {problem}" if problem else None


def _containers(pod: Any) -> list[Any]:
    return [*(at(pod, "initContainers") or ()), *(at(pod, "containers") or ())]


@policy(
    "AIRFLOW.71",
    Severity.MEDIUM,
    JOB,
    CRON_JOB,
    fix="Set a deadline and a limit of tries, and no time to live",
)
def ends(job: Resource, _: Graph) -> str | None:
    """A Job that hangs or fails ends, tells so, and is there for the next update to see."""
    spec = at(job.inputs, "spec" if job.type == JOB else "spec.jobTemplate.spec") or {}
    for name in ("activeDeadlineSeconds", "backoffLimit"):
        if not is_number(at(spec, name)):
            return f"{name} is {at(spec, name) or 'missing'}"
    if at(spec, "ttlSecondsAfterFinished") is not None:
        return "ttlSecondsAfterFinished is set: a Job that was removed is taken for one that never ran"
    return unless(job, "spec.concurrencyPolicy", "Forbid") if job.type == CRON_JOB else None


@policy("AIRFLOW.95", Severity.MEDIUM, JOB, CRON_JOB, fix="Set requests and limits of the container")
def bounded_jobs(job: Resource, _: Graph) -> str | None:
    """Every container of a Job has requests and a memory limit."""
    for container in _containers(body_of(job)):
        for path in ("resources.requests.cpu", "resources.requests.memory", "resources.limits.memory"):
            if not at(container, path):
                return f"container {at(container, 'name')}: {path} is missing"
    return None if _containers(body_of(job)) else "it has no containers"


@policy(
    "AIRFLOW.79",
    Severity.MEDIUM,
    RELEASE,
    JOB,
    CRON_JOB,
    ACCOUNT,
    fix="Leave automountServiceAccountToken off",
)
def no_needless_token(resource: Resource, _: Graph) -> str | None:
    """A pod gets a token for the cluster's API only where it starts or watches pods."""
    if resource.type == ACCOUNT:
        return unless(resource, "automountServiceAccountToken", False)
    if resource.type != RELEASE:
        return unless(resource, f"{TEMPLATES[resource.type]}.automountServiceAccountToken", False)
    launching = at(resource.inputs, "values.allowPodLaunching") is True
    never = {"dagProcessor"} if launching else {name for name, _ in components(resource)}
    paths = [
        f"values.{name}.serviceAccount.automountServiceAccountToken" for name in sorted({*never, "statsd"})
    ]
    return next((problem for path in paths if (problem := unless(resource, path, False))), None)


@policy("AIRFLOW.89", Severity.MEDIUM, RELEASE, fix="Leave the chart's probes on")
def probed(release: Resource, _: Graph) -> str | None:
    """A component that hangs is seen: no probe is switched off."""
    off = [
        path
        for path, item in walk(body_of(release))
        if path.endswith("Probe") and isinstance(item, Mapping) and item.get("enabled", True) is not True
    ]
    return f"{off[0]}.enabled is {at(body_of(release), off[0])['enabled']}" if off else None
