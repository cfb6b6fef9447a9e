"""What a release or a Job could do beside what this program has it do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from offline.chart import RELEASE
from offline.graph import Graph, Resource
from policies.contents import CRON_JOB, JOB, body_of
from policies.rule import Severity, at, policy, unless_not, walk

OPTIONS = (
    *("valueYamlFiles", "postrender", "reuseValues", "forceUpdate", "replace"),
    *("disableWebhooks", "disableCrdHooks", "disableOpenapiValidation", "allowNullValues"),
    *("dependencyUpdate", "devel"),
)
"""Of the release, with which it installs something else than the chart with `values`."""
DOORS = frozenset(
    (
        *("command", "args", "containerLifecycleHooks", "extraEnv", "extraEnvFrom", "envFrom"),
        *("podTemplate", "extraConfigMaps", "extraSecrets", "kerberosSidecar", "kerberosInitContainer"),
    )
)
"""Values through which a pod would run something else, or read another environment."""
CONTAINERS = frozenset(("extraContainers", "extraInitContainers"))
MASTER, ADMIN = "airflow-database-master", "airflow-admin"  # names of Secrets
JOBS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "role": (("python", "/opt/airflow/database/prepare_database.py"), (MASTER, "airflow-database-url")),
    "migrate": (("airflow", "db", "migrate"), ("airflow-database-url", "airflow-encryption-key")),
    "admin": (("python", "/opt/airflow/admin/create_admin.py"), ("airflow-database-url", ADMIN)),
}
"""Name of a container of our Jobs -> all that it runs, and the Secrets that it reads."""
_GENERATOR = re.compile(r"(re)?generate-[a-z0-9-]+")
_OF_GENERATORS = frozenset(
    ("name", "image", "command", "env", "resources", "securityContext", "volumeMounts")
)
_VARIABLES = frozenset(("DAGS_ROOT", "INTERVAL_SECONDS"))


@policy("AIRFLOW.99", Severity.HIGH, RELEASE, fix="Say it in the values, which the policies read")
def values_alone(release: Resource, _: Graph) -> str | None:
    """What is installed is the chart with the values of this graph, and the cluster's own checks stay on."""
    given = [name for name in OPTIONS if at(release.inputs, name)]
    return f"{', '.join(given)} is given" if given else None


@policy("AIRFLOW.100", Severity.HIGH, RELEASE, fix="Leave it to the chart; DAG files have airflow.dags")
def runs_what_the_chart_runs(release: Resource, _: Graph) -> str | None:
    """Airflow's pods run the chart's own commands, in the environment that stands in the values."""
    for path, item in walk(body_of(release)):
        keys = path.split(".")
        free = keys[0] in ("config", "labels") or CONTAINERS & set(keys)
        if keys[-1] in DOORS and item and not free:
            return f"values.{path} is given"
    return None


@policy("AIRFLOW.101", Severity.HIGH, RELEASE, fix="Write it as a source of airflow.dags")
def only_generators_beside(release: Resource, _: Graph) -> str | None:
    """A container beside Airflow's writes DAG files: it reads no Secret and no other volume."""
    for path, item in walk(body_of(release)):
        if path.split(".")[-1] in CONTAINERS:
            for container in item or ():
                if problem := _generator_problem(container):
                    return f"values.{path} has {at(container, 'name') or 'a container'}: {problem}"
    return None


def _generator_problem(container: Mapping[str, Any]) -> str | None:
    if not _GENERATOR.fullmatch(str(container.get("name"))):
        return "it writes no DAG files"
    if others := sorted(container.keys() - _OF_GENERATORS):
        return f"it has {', '.join(others)}"
    variables = container.get("env") or ()
    others = [str(v.get("name")) for v in variables if v.get("name") not in _VARIABLES or "valueFrom" in v]
    mounts = [str(at(mount, "name")) for mount in container.get("volumeMounts") or ()]
    others += [name for name in mounts if not name.startswith("dags-")]
    return f"it is given {', '.join(others)}" if others else None


@policy("AIRFLOW.102", Severity.HIGH, RELEASE, fix="Leave multiNamespaceMode and allowJobLaunching off")
def one_namespace(release: Resource, _: Graph) -> str | None:
    """Airflow's rights in Kubernetes end at its namespace, and at pods."""
    return unless_not(release, "values.multiNamespaceMode", True) or unless_not(
        release, "values.allowJobLaunching", True
    )


@policy(
    "AIRFLOW.103",
    Severity.CRITICAL,
    RELEASE,
    fix="Leave the passwords of master user and administrator to the Jobs",
)
def bootstrap_secrets_for_jobs(release: Resource, _: Graph) -> str | None:
    """No pod of the release reads what opens the database as its master user, or Airflow as administrator."""
    for path, item in walk(body_of(release)):
        if isinstance(item, str) and (MASTER in item or item == ADMIN):
            return f"values.{path} names {MASTER if MASTER in item else ADMIN}"
    return None


@policy("AIRFLOW.104", Severity.CRITICAL, JOB, CRON_JOB, fix="Leave components/jobs.py as it is")
def own_jobs(job: Resource, graph: Graph) -> str | None:
    """A Job that reads Secrets is one of ours: it runs Airflow's image with the commands we know."""
    pod = body_of(job)
    volumes = [path for path, _item in walk(at(pod, "volumes")) if path.split(".")[-1] == "secret"]
    if volumes:
        return "it mounts a Secret"
    for container in [*(at(pod, "initContainers") or ()), *(at(pod, "containers") or ())]:
        read = sorted(set(_secrets(container)))
        name = str(at(container, "name"))
        ours, allowed = JOBS.get(name, ((), ()))
        if others := [secret for secret in read if secret not in allowed]:
            return f"container {name} reads {', '.join(others)}"
        if read and (problem := _command_problem(container, ours, graph)):
            return f"container {name} {problem}"
    return None


def _secrets(container: Any) -> Iterator[str]:
    """Names of the Secrets among its variables."""
    for path, item in walk(container):
        if path.split(".")[-1] in ("secretKeyRef", "secretRef"):
            yield str(at(item, "name"))


def _command_problem(container: Any, wanted: tuple[str, ...], graph: Graph) -> str | None:
    given = [*(at(container, "command") or ()), *(at(container, "args") or ())]
    if given != list(wanted) or at(container, "lifecycle"):
        return f"runs {' '.join(map(str, given)) or 'nothing of its own'}, wanted {' '.join(wanted)}"
    image = str(at(container, "image"))
    own = {str(at(r.inputs, "values.defaultAirflowRepository")) for r in graph.of_type(RELEASE)}
    is_own = any(image.startswith((f"{repository}:", f"{repository}@")) for repository in own)
    return None if is_own else f"has the image {image}, which is not Airflow's"
