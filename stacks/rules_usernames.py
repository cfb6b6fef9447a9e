"""Rules about the names of the database's users."""

from collections.abc import Iterator

from components.reserved_names import is_reserved
from stacks.aws_sections import DatabaseSettings
from stacks.registry import rule
from stacks.section import Problem


@rule("database")
def usernames_are_free(database: DatabaseSettings) -> Iterator[Problem]:
    """Names that everybody tries first (RDS.25), and names that RDS refuses."""
    for key in ("username", "master_username"):
        if is_reserved(getattr(database, key)):
            yield Problem(
                path=f"database.{key}",
                rule="should not be a name that is well known (admin, postgres, root, ...) or reserved by"
                " PostgreSQL or RDS",
                value=getattr(database, key),
            )


@rule("database")
def airflow_is_not_the_master_user(database: DatabaseSettings) -> Iterator[Problem]:
    """Else every pod of Airflow could make roles and databases, and drop this one."""
    if database.master_username == database.username:
        yield Problem(
            path="database.master_username",
            rule="should differ from username, the role that Airflow works as",
            value=database.master_username,
        )
