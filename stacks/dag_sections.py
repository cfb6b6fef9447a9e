"""Where DAG files come from: the entries of `airflow.dags`, told apart by `source`."""

from typing import Annotated, Literal

from pydantic import Field

from stacks.section import DnsLabel, Section, matching

IMAGE_BUNDLE = "dags-folder"
"""Airflow's own name for the DAGs folder; bundle names are kept with every DAG run."""

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
KnownHosts = Annotated[
    str,
    matching("known_hosts", r"(\S+ (ssh|ecdsa|sk)-\S+ \S+[^\n]*\n*)+", "lines as ssh-keyscan prints them"),
]
GitUser = Annotated[str, matching("git_user", r"[\w.@-]{1,64}", "1-64 letters, digits and ._@-")]


class ImageSource(Section):
    """The folder /opt/airflow/dags of the image."""

    source: Literal["image"] = "image"
    """Built into the image."""
    name: DnsLabel = IMAGE_BUNDLE
    """The bundle's name in Airflow."""


class GitRepository(Section):
    """A repository, what is taken from it, and who opens it."""

    name: DnsLabel
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


DagSource = Annotated[ImageSource | GitSyncSource, Field(discriminator="source")]
DagSources = Annotated[list[DagSource], Field(min_length=1)]
