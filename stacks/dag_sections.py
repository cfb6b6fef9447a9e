"""Where DAG files come from: the entries of `airflow.dags`, told apart by `source`."""

from typing import Annotated, Literal

from pydantic import Field

from stacks.section import DnsLabel, Section, matching

IMAGE_BUNDLE = "dags-folder"
"""Airflow's own name for the DAGs folder; bundle names are kept with every DAG run."""

SourceName = Annotated[
    str, matching("source_name", r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?", "1-40 of a-z, 0-9 and -")
]
GitRef = Annotated[str, matching("git_ref", r"[\w][\w./-]*", "a branch, tag or commit")]
SubPath = Annotated[
    str,
    matching("subpath", r"(?!.*\.\.)([\w.-]+(/[\w.-]+)*)?", "a relative folder without .."),
]
GitUrl = Annotated[
    str,
    matching(
        "git_url",
        r"https://[^\s@/]+/[^\s@]+|ssh://[\w.-]+@[^\s@]+|[\w.-]+@[\w.-]+:[^\s@]+|file:///[^\s@]+",
        "https://host/path without credentials, git@host:path or file:///path",
    ),
]
# A line has one reading only: with several, a long list with one bad line would be tried in all of them.
_HOST_LINE = r"(?:#[^\n]*|(?:@\S+ )?\S+ (?:ssh|ecdsa|sk)-\S+ \S[^\n]*)"
KnownHosts = Annotated[
    str,
    matching("known_hosts", rf"\n*{_HOST_LINE}(?:\n+{_HOST_LINE})*\n*", "lines as ssh-keyscan prints them"),
]
BucketName = Annotated[
    str, matching("bucket_name", r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", "a bucket's name without s3://")
]
Prefix = Annotated[
    str, matching("bucket_prefix", r"([\w.-]+(/[\w.-]+)*)?", "a key prefix without outer slashes")
]
KeyArn = Annotated[
    str, matching("key_arn", r"arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/[\w-]+", "a KMS key's ARN")
]
ImageName = Annotated[
    str,
    matching(
        "image_name",
        r"([a-z0-9.-]+(:\d+)?/)?[a-z0-9._/-]+(:\w[\w.-]*|@sha256:[0-9a-f]{64})",
        "an image with a tag or digest",
    ),
]
Folder = Annotated[
    str, matching("folder", r"(?!.*\.\.)[\w.-]+(/[\w.-]+)*", "a folder in this repository, without ..")
]
CommandPart = Annotated[
    str,
    # The chart runs what stands in its values through its template engine.
    matching("command_part", r"(?s)(?!.*\{\{).+", "text without double braces, which are Helm's"),
]
Command = Annotated[list[CommandPart], Field(min_length=1)]
GitUser = Annotated[str, matching("git_user", r"[\w.@-]{1,64}", "1-64 letters, digits and ._@-")]


class ImageSource(Section):
    """The folder /opt/airflow/dags of the image."""

    source: Literal["image"] = "image"
    """Built into the image."""
    name: SourceName = IMAGE_BUNDLE
    """The bundle's name in Airflow."""


class GitRepository(Section):
    """A repository, what is taken from it, and who opens it."""

    name: SourceName
    """The bundle's name in Airflow."""
    repository: GitUrl
    """Over SSH the secret `git_ssh_key` opens it, over https `git_token` where token_user is set."""
    ref: GitRef = "main"
    """Branch, tag or commit."""
    subpath: SubPath = ""
    """Folder of the repository that holds the DAGs."""
    token_user: GitUser | None = None
    """User name that the Git host wants beside `git_token`; None: a public repository, or SSH."""
    known_hosts: KnownHosts | None = None
    """Keys of the Git host, needed over SSH: without them any host is believed."""

    @property
    def over_ssh(self) -> bool:
        """Whether the repository is opened with `git_ssh_key`."""
        return not self.repository.startswith(("https://", "file://"))


class GitSyncSource(GitRepository):
    """A repository that the chart's git-sync container keeps checked out beside every component."""

    source: Literal["git_sync"]
    """Fetched by a container of each pod that reads DAG files."""
    period_seconds: Annotated[int, Field(ge=10, le=3_600)] = 15
    """Time between two fetches of every pod; Git hosts limit the rate."""


class GitSource(GitRepository):
    """A repository that Airflow itself fetches; a DAG run keeps the commit it began with."""

    source: Literal["git"]
    """Fetched by the DAG processor, and by each worker when a task starts."""


class S3Source(Section):
    """A folder of an existing bucket."""

    source: Literal["s3"]
    """Fetched by the DAG processor, and by each worker when a task starts."""
    name: SourceName
    """The bundle's name in Airflow."""
    bucket: BucketName
    """The pods that read DAGs get the right to read it; a bucket of another account must grant it as well."""
    prefix: Prefix = ""
    """Folder of the DAGs, without outer slashes; empty is the whole bucket."""
    key_arn: KeyArn | None = None
    """KMS key of the bucket, where it has one of its own."""


class FillSettings(Section):
    """A Job that puts DAG files into a claim; it runs again when something here changes."""

    command: Command
    """Program and arguments; the folder to fill is in the variable DAGS_FOLDER."""
    image: ImageName | None = None
    """None: the Airflow image."""
    generation: Annotated[int, Field(ge=1)] = 1
    """Raise it to run the Job once more."""


class ClaimSource(Section):
    """A volume that somebody else fills (EFS, Flux), mounted read-only."""

    source: Literal["claim"]
    """An existing PersistentVolumeClaim of the namespace that many nodes can mount."""
    name: SourceName
    """The bundle's name in Airflow."""
    claim: DnsLabel
    """The PersistentVolumeClaim's name."""
    subpath: SubPath = ""
    """Folder of the volume that holds the DAGs."""
    fill: FillSettings | None = None
    """None: the volume is filled elsewhere."""


class ConfigMapSource(Section):
    """A few small files that come with this program; a change restarts the pods that read DAGs."""

    source: Literal["config_map"]
    """Files of a folder beside the program, in a ConfigMap."""
    name: SourceName
    """The bundle's name in Airflow."""
    folder: Folder
    """Folder in this repository; its files, not its folders, become DAG files."""


class GeneratedSource(Section):
    """DAG files that a command writes: discovered jobs, DAGs made from YAML."""

    source: Literal["generated"]
    """A command of yours writes all the files into the empty folder in the variable DAGS_FOLDER."""
    name: SourceName
    """The bundle's name in Airflow."""
    command: Command
    """Program and arguments. Where it fails, the files of the last success stay."""
    image: ImageName | None = None
    """None: the Airflow image."""
    run: Literal["init", "sidecar", "cron"] = "sidecar"
    """In each pod, once before it starts or also every interval_seconds; or for all pods in a CronJob."""
    interval_seconds: Annotated[int, Field(ge=10, le=3_600)] = 300
    """Time between two runs of a sidecar or CronJob."""
    claim: DnsLabel | None = None
    """For a CronJob: the PersistentVolumeClaim that it writes and all pods read."""


DagSource = Annotated[
    ImageSource | GitSyncSource | GitSource | S3Source | ClaimSource | ConfigMapSource | GeneratedSource,
    Field(discriminator="source"),
]
DagSources = Annotated[list[DagSource], Field(min_length=1)]
