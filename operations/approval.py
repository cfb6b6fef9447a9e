"""Refuses GitHub environments that more than the branch main deploys to, and one that asks for no approval.

    python -m operations.approval "dev staging prod" --reviewed prod

A deployer's role trusts the environment's name, so which branches may use it is all that keeps others out. A
job that names an environment which does not exist makes one without any rule, and goes on: so this has to run
in a job before it. Needs GITHUB_REPOSITORY and a GITHUB_TOKEN that may read actions.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence

from operations.errors import OperationError, command
from operations.github import Absent, GitHub, from_environment


@command("approval")
def main(arguments: Sequence[str] | None = None) -> int:
    """The command: 0 if all are guarded, 1 with one line if one is not or if GitHub does not tell."""
    parser = argparse.ArgumentParser(prog="python -m operations.approval", description=__doc__)
    parser.add_argument("environments", type=str.split, help="of the jobs that deploy, with blanks between")
    parser.add_argument("--reviewed", help="the one of them that somebody has to approve")
    given = parser.parse_args(arguments)
    with from_environment() as github:
        for environment in given.environments:
            print(f"{environment}: {guard(github, environment, reviewed=environment == given.reviewed)}")
    return 0


def guard(github: GitHub, environment: str, *, reviewed: bool) -> str:
    """What keeps others out. Raises OperationError with the remedy if it is not enough."""
    settings = f"in Settings, Environments, {environment}"
    try:
        found = github.get(f"/environments/{environment}")
    except Absent:
        raise OperationError(f"there is no GitHub environment {environment}; make it {settings}") from None
    if (allowed := branches(github, environment, found.get("deployment_branch_policy"))) != ["main"]:
        raise OperationError(
            f"the GitHub environment {environment} lets {', '.join(allowed) or 'nothing'} deploy; "
            f"name main alone {settings}, Deployment branches and tags"
        )
    rules = [rule for rule in found.get("protection_rules", []) if rule["type"] == "required_reviewers"]
    reviewers = sum(len(rule.get("reviewers", [])) for rule in rules)
    if reviewed and not reviewers:
        raise OperationError(
            f"the GitHub environment {environment} has no required reviewers, so nobody would approve; "
            f"name them {settings}, Required reviewers"
        )
    return f"main alone, {reviewers} required reviewers"


def branches(github: GitHub, environment: str, policy: Mapping[str, bool] | None) -> list[str]:
    """What may deploy: names of branches, or in words what is no such name."""
    if not policy:
        return ["any branch"]
    if policy["protected_branches"]:
        return ["any protected branch"]
    listed = github.get(f"/environments/{environment}/deployment-branch-policies")["branch_policies"]
    return [("tag " if each.get("type") == "tag" else "") + each["name"] for each in listed]


if __name__ == "__main__":
    sys.exit(main())
