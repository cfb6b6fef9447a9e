"""The part of a stack file that says where DAG files come from."""

from typing import Annotated, Literal

from pydantic import Field

from stacks.section import Section, matching

Branch = Annotated[str, matching("branch", r"[\w][\w./-]*", "a branch or tag")]
SubPath = Annotated[
    str,
    matching("subpath", r"(?!.*\.\.)([\w.-]+(/[\w.-]+)*)?", "a relative folder without .."),
]
GitUrl = Annotated[
    str,
    matching(
        "git_url",
        r"https://[^\s@/]+/[^\s@]+|ssh://[\w.-]+@[^\s@]+|[\w.-]+@[\w.-]+:[^\s@]+",
        "https://host/path without credentials, or git@host:path",
    ),
]
KnownHosts = Annotated[
    str,
    matching("known_hosts", r"(\S+ (ssh|ecdsa|sk)-\S+ \S+[^\n]*\n*)+", "lines as ssh-keyscan prints them"),
]


class GitSyncSettings(Section):
    """DAGs from a Git repository."""

    repository: GitUrl
    """Over SSH the secret `git_ssh_key` opens it."""
    branch: Branch = "main"
    """Branch or tag that is followed."""
    subpath: SubPath = ""
    """Folder of the DAG files; empty is the repository's root."""
    period_seconds: Annotated[int, Field(ge=10, le=3_600)] = 60
    """Time between two fetches; Git hosts limit the rate."""
    known_hosts: KnownHosts | None = None
    """Keys of the Git host, needed over SSH: without them any host is believed."""


class DagsSettings(Section):
    """Where DAG files come from."""

    source: Literal["image", "git_sync"] = "image"
    """Built into the image, or fetched by a sidecar of each pod that reads DAG files."""
    git_sync: GitSyncSettings | None = None
    """The repository, where the source is `git_sync`."""
