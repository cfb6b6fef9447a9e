"""Stands for the `aws` command line in a script: IAM policies and EKS access entries, kept in $FAKE_AWS."""

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

import jmespath

MOST_VERSIONS = 5
STATE = Path(os.environ["FAKE_AWS"])


def fail(code: str) -> None:
    sys.exit(f"An error occurred ({code})")


def create_policy(state: dict[str, Any], given: argparse.Namespace) -> None:
    arn = f"arn:aws:iam::{os.environ['FAKE_AWS_ACCOUNT']}:policy/{given.policy_name}"
    if arn in state["policies"]:
        fail("EntityAlreadyExists")
    state["policies"][arn] = []
    create_policy_version(state, argparse.Namespace(**{**vars(given), "policy_arn": arn}))


def create_policy_version(state: dict[str, Any], given: argparse.Namespace) -> None:
    versions = state["policies"][given.policy_arn]
    if len(versions) == MOST_VERSIONS:
        fail("LimitExceeded")
    for version in versions:
        version["IsDefaultVersion"] = False
    state["made"] += 1
    document = json.loads(given.policy_document)
    new = {"VersionId": f"v{state['made']}", "CreateDate": f"{state['made']:04}", "IsDefaultVersion": True}
    versions.insert(0, {**new, "Document": document})


def delete_policy_version(state: dict[str, Any], given: argparse.Namespace) -> None:
    versions = state["policies"][given.policy_arn]
    (version,) = [each for each in versions if each["VersionId"] == given.version_id]
    if version["IsDefaultVersion"]:
        fail("DeleteConflict")
    versions.remove(version)


def access_entry(state: dict[str, Any], given: argparse.Namespace) -> None:
    verb, there = given.command.split("-")[0], given.principal_arn in state["entries"]
    if verb == "create" and there:
        fail("ResourceInUseException")
    if verb != "create" and not there:
        fail("ResourceNotFoundException")
    if verb != "describe":
        state["entries"][given.principal_arn] = given.kubernetes_groups


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("service")
    parser.add_argument("command")
    options = "policy-name policy-document policy-arn version-id role-name output query region cluster-name"
    for option in [*options.split(), "principal-arn", "kubernetes-groups", "access-scope"]:
        parser.add_argument(f"--{option}")
    parser.add_argument("--set-as-default", action="store_true")
    given = parser.parse_args()
    state = json.loads(STATE.read_text())
    match given.command:
        case "create-policy":
            create_policy(state, given)
        case "create-policy-version":
            assert given.set_as_default
            create_policy_version(state, given)
        case "delete-policy-version":
            delete_policy_version(state, given)
        case "get-policy" if given.policy_arn not in state["policies"]:
            fail("NoSuchEntity")
        case "list-policy-versions":
            print(jmespath.search(given.query, {"Versions": state["policies"][given.policy_arn]}))
        case "attach-role-policy":
            assert given.policy_arn in state["policies"]
            state["attached"] = sorted({*state["attached"], given.policy_arn})
        case "describe-access-entry" | "create-access-entry" | "update-access-entry":
            access_entry(state, given)
        case "get-policy" | "associate-access-policy":
            pass
        case unknown:
            fail(f"InvalidCommand: {unknown}")
    STATE.write_text(json.dumps(state))


if __name__ == "__main__":
    main()
