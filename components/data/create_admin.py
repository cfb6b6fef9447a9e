"""Creates the first user, or resets its password and role if it exists: run inside an Airflow container.

Takes ADMIN_USERNAME, ADMIN_EMAIL and ADMIN_PASSWORD from the environment. Airflow's own command takes the
password on its command line, where every process of the machine can read it, and leaves an existing user as
it is.
"""

import os
import sys
from typing import Any

# Airflow exists in its own image alone.
from airflow.providers.fab.auth_manager.cli_commands.utils import (  # type: ignore[import-not-found]
    get_application_builder,
)

ROLE = "Admin"


def main() -> int:
    """Exit code 0 once the user can log in with the given password."""
    username = os.environ["ADMIN_USERNAME"]
    with get_application_builder() as builder:
        manager = builder.sm
        manager.sync_roles()
        role = manager.find_role(ROLE)
        if role is None:
            print(f"role {ROLE} does not exist: the migration has not finished", file=sys.stderr)
            return 1
        return 0 if upsert(manager, role, username) else 1


def upsert(manager: Any, role: Any, username: str) -> bool:
    """Whether the user now exists with our password, role and e-mail address."""
    email, password = os.environ["ADMIN_EMAIL"], os.environ["ADMIN_PASSWORD"]
    user = manager.find_user(username=username)
    if user is None:
        created = manager.add_user(username, "Airflow", "Administrator", email, role, password)
        print(f"user {username} created")
        return bool(created)
    user.email, user.active = email, True
    if role not in user.roles:
        user.roles = [*user.roles, role]
    # Also ends the sessions that were opened with the old password.
    done = manager.reset_password(user.id, password)
    print(f"user {username} updated" if done else f"user {username} could not be updated")
    return done


if __name__ == "__main__":
    sys.exit(main())
