"""The rules about a stack that is meant to go again."""

from collections.abc import Iterator

from stacks.aws_sections import (
    CacheSettings,
    ClusterSettings,
    DatabaseSettings,
    LogsSettings,
    SecretsSettings,
)
from stacks.ephemeral_section import EphemeralSettings
from stacks.registry import rule
from stacks.section import Problem


@rule("ephemeral", "database", "cache", "logs", "secrets")
def what_goes_again_protects_nothing(
    ephemeral: EphemeralSettings | None,
    database: DatabaseSettings,
    cache: CacheSettings | None,
    logs: LogsSettings,
    secrets: SecretsSettings,
) -> Iterator[Problem]:
    """What is protected outlives its stack's end, and somebody wanted to keep it."""
    sections = {"database": database, "cache": cache, "logs": logs, "secrets": secrets}
    for name, section in sections.items():
        if ephemeral is not None and section is not None and section.protect:
            yield Problem(path=f"{name}.protect", rule="should be false with ephemeral", value=True)


@rule("ephemeral", "cluster")
def what_goes_again_has_a_namespace_that_the_janitor_may_enter(
    ephemeral: EphemeralSettings | None, cluster: ClusterSettings
) -> Iterator[Problem]:
    """Its access to the cluster ends at such names, so another could not be destroyed."""
    if ephemeral is not None and not cluster.namespace.startswith("airflow-"):
        yield Problem(
            path="cluster.namespace",
            rule="should begin with airflow- with ephemeral",
            value=cluster.namespace,
        )
