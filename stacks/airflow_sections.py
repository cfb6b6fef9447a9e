"""The section of a stack file that describes Airflow itself. Defaults are those of production."""

from typing import Annotated

from pydantic import Field

from components import executors
from components.capacity import SQL_ALCHEMY_MAX_OVERFLOW, SQL_ALCHEMY_POOL_SIZE
from stacks.dag_sections import DagSources, ImageSource
from stacks.pod_sections import Resources, TaskPodSettings
from stacks.section import Email, Section, matching, one_of, refused

SUPPORTED_CHART = "1.22.0"
"""The values are written for this release and its schema; 2.0 removes keys they use."""

Version = Annotated[str, matching("version", r"\d+\.\d+\.\d+", "an exact version such as 3.3.2")]
Repository = Annotated[
    str,
    matching("image_repository", r"[a-z0-9.-]+(:\d+)?(/[a-z0-9._-]+)+", "an image repository without a tag"),
]
Tag = Annotated[
    str,
    matching("image_tag", r"\d+\.\d+\.\d+([-_.][\w.-]+)?", "an exact version such as 3.3.2 or 3.3.2-<build>"),
]
Digest = Annotated[
    str, matching("image_digest", r"sha256:[0-9a-f]{64}", "sha256: and 64 lower case hexadecimal digits")
]
ChartLocation = Annotated[
    str,
    matching("chart_location", r"https://[^\s@]+|[^\s:]+\.tgz", "an https repository or a .tgz path"),
]
ChartVersion = Annotated[
    str, one_of("chart_version", (SUPPORTED_CHART,), "the chart release that is supported")
]
EXECUTORS = ("CeleryExecutor", "KubernetesExecutor", "LocalExecutor", "CeleryExecutor,KubernetesExecutor")
_HYBRID = "is gone since Airflow 3: list both executors, such as CeleryExecutor,KubernetesExecutor"
Executor = Annotated[
    str,
    refused("executor_gone", {"CeleryKubernetesExecutor": _HYBRID, "LocalKubernetesExecutor": _HYBRID}),
    one_of("executor", EXECUTORS, "an executor of Airflow 3"),
]
BaseUrl = Annotated[
    str, matching("base_url", r"https?://[^\s@/]+(/[^\s@]*[^\s@/])?", "a URL without a slash at its end")
]
UserName = Annotated[str, matching("user_name", r"[\w.@-]{1,64}", "1-64 letters, digits and ._@-")]
ConfigName = Annotated[str, matching("config_name", r"[a-z][a-z0-9_]*", "a lower case name of airflow.cfg")]
EnvName = Annotated[str, matching("env_name", r"[A-Za-z_]\w*", "an environment variable's name")]


class ImageSettings(Section):
    """The Airflow image."""

    repository: Repository = "apache/airflow"
    """Where the image lies, without a tag: yours, if packages or DAGs are built in."""
    tag: Tag
    """Begins with the Airflow version inside; a new build of the same version gets a new suffix."""
    digest: Digest | None = None
    """Pins the image, whatever its tag leads to later. The pipeline deploys no stack without it."""

    @property
    def tag_and_digest(self) -> str:
        """What stands behind the repository and a colon. Where there is a digest, it alone decides."""
        return self.tag if self.digest is None else f"{self.tag}@{self.digest}"

    @property
    def reference(self) -> str:
        """The image as a container names it."""
        return f"{self.repository}:{self.tag_and_digest}"


class ChartSettings(Section):
    """The official chart."""

    version: ChartVersion = SUPPORTED_CHART
    """The release that the program's values are written for."""
    location: ChartLocation = "https://airflow.apache.org"
    """URL of a chart repository, or path of a downloaded package."""


class ComponentSettings(Resources):
    """One of Airflow's deployments."""

    replicas: Annotated[int, Field(ge=1, le=50)] = 2
    """Pods side by side; with two, one may be lost or moved without an outage."""
    env: dict[EnvName, str] = Field(default_factory=dict)
    """Plain environment of this component alone."""


class WorkerSettings(ComponentSettings):
    """The Celery workers."""

    concurrency: Annotated[int, Field(ge=1, le=64)] = 8
    """Tasks at once per pod."""
    termination_grace_seconds: Annotated[int, Field(ge=30, le=604_800)] = 3_900
    """How long a stopping worker may finish its tasks before it is killed."""


class ComponentsSettings(Section):
    """Airflow's deployments."""

    scheduler: ComponentSettings
    """Decides what runs; each replica works."""
    api_server: ComponentSettings
    """UI, public API, and the API that running tasks talk to."""
    dag_processor: ComponentSettings
    """Reads DAG files."""
    triggerer: ComponentSettings
    """Waits for deferred tasks."""
    workers: WorkerSettings
    """Run tasks, with Celery."""


class AdminSettings(Section):
    """The first user; the password is generated."""

    username: UserName = "admin"
    """Name to log in with."""
    email: Email
    """Airflow's user table wants one; nothing is sent to it."""


class ConnectionPoolSettings(Section):
    """Database connections that each Airflow process keeps (size) and may add for a moment (max_overflow)."""

    size: Annotated[int, Field(ge=1, le=100)] = SQL_ALCHEMY_POOL_SIZE
    """Connections that stay open."""
    max_overflow: Annotated[int, Field(ge=0, le=100)] = SQL_ALCHEMY_MAX_OVERFLOW
    """Connections beyond those, closed after use."""


class AirflowSettings(Section):
    """Airflow: versions, executor, sizes, DAGs."""

    version: Version
    """The Airflow that the image holds; commands and probes are rendered for it."""
    upgrade: bool = False
    """True for the one `up` that changes `version`: a failed one then stays instead of being undone."""
    image: ImageSettings
    """What every pod runs."""
    chart: ChartSettings = ChartSettings()
    """The official chart, and where it comes from."""
    executor: Executor = "CeleryExecutor"
    """Where tasks run: on Celery workers, in a pod each, in the scheduler, or on workers and in pods."""
    migration_generation: Annotated[int, Field(ge=1)] = 1
    """Raise it to run the database migration once more."""
    parallelism: Annotated[int, Field(ge=1, le=10_000)] = 64
    """Tasks at once per scheduler, all DAGs together."""
    max_active_tasks_per_dag: Annotated[int, Field(ge=1, le=10_000)] = 16
    """Tasks at once of one DAG, all its runs together."""
    longest_task_seconds: Annotated[int, Field(ge=1, le=604_800)] = 3_600
    """The longest that one try of a task may run; broker and workers are set to wait at least this long."""
    visibility_timeout_seconds: Annotated[int, Field(ge=60, le=604_800)] = 7_200
    """After this the broker hands an unfinished task to a second worker."""
    connection_pool: ConnectionPoolSettings = ConnectionPoolSettings()
    """Database connections per process."""
    admin: AdminSettings | None = None
    """None makes no user: where users come from SSO."""
    base_url: BaseUrl | None = None
    """Public URL of the UI."""
    config: dict[ConfigName, dict[ConfigName, str]] = Field(default_factory=dict)
    """More of airflow.cfg: section, key, text."""
    env: dict[EnvName, str] = Field(default_factory=dict)
    """More plain environment for every component."""
    components: ComponentsSettings
    """Sizes of Airflow's deployments."""
    task_pods: TaskPodSettings
    """Pods of the Kubernetes executor."""
    tasks_may_start_pods: bool = False
    """Whether task code may start pods in the namespace (KubernetesPodOperator), with any executor."""
    dags: DagSources = Field(default_factory=lambda: [ImageSource()])
    """Where DAG files come from; several sources work side by side, each a bundle of its own."""

    @property
    def executor_uses_celery(self) -> bool:
        """Whether some tasks run on Celery workers, and so need a broker."""
        return executors.uses_celery(self.executor)
