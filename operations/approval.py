"""Refuses to deploy to a GitHub environment that waits for nobody's approval.

    python -m operations.approval ENVIRONMENT

A job that names an environment which does not exist makes one without any rule, and goes on. So this has to
run in a job before it. Needs GITHUB_REPOSITORY and a GITHUB_TOKEN that may read actions.
"""

import argparse
import sys
from collections.abc import Sequence

from operations.errors import OperationError
from operations.github import Absent, GitHub, from_environment


def main(arguments: Sequence[str] | None = None) -> int:
    """The command: 0 if somebody has to approve, 1 with one line if not or if GitHub does not tell."""
    parser = argparse.ArgumentParser(prog="python -m operations.approval", description=__doc__)
    parser.add_argument("environment", help="of the job that deploys")
    given = parser.parse_args(arguments)
    try:
        with from_environment() as github:
            found = reviewers(github, given.environment)
        if not found:
            raise OperationError(
                f"the GitHub environment {given.environment} has no required reviewers, so nobody would "
                f"approve; name them in Settings, Environments, {given.environment}, Required reviewers"
            )
    except OperationError as error:
        print(f"approval: {error}", file=sys.stderr)
        return 1
    print(f"{given.environment}: {found} required reviewers")
    return 0


def reviewers(github: GitHub, environment: str) -> int:
    """How many people and teams may approve; 0 also where there is no such environment."""
    try:
        rules = github.get(f"/environments/{environment}").get("protection_rules", [])
    except Absent:
        return 0
    return sum(len(rule.get("reviewers", [])) for rule in rules if rule["type"] == "required_reviewers")


if __name__ == "__main__":
    sys.exit(main())
