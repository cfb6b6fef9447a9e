"""What each role of the pipelines may do in AWS, as IAM documents. Pure."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import yaml

from operations.ecr import in_ecr
from operations.state_names import LIFETIME_TAG, StateNames

Role = Literal["reader", "drift", "scan", "deployer", "janitor"]
Statement = dict[str, Any]

GRANTED: Mapping[Role, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "reader": (("resource_types", "lookups"), ("read",)),
    "drift": (("resource_types", "lookups"), ("read", "refresh")),
    "scan": ((), ()),
    "deployer": (("resource_types", "lookups", "smoke"), ("read", "refresh", "write")),
    "janitor": (("resource_types",), ("read", "write")),
}
"""Role -> the tables of data that concern it, and which lists of their grants."""
CHANGE_THE_STATE: tuple[Role, ...] = ("deployer", "janitor")
PULL_THE_IMAGE: tuple[Role, ...] = ("scan", "deployer")
DESTROYS = re.compile(
    r"\w+:(Delete(?!Tags)|Describe|Detach|Disassociate|Get|List|RemoveSource|Revoke|Schedule|Unsubscribe)"
    r"|s3:Put(?!BucketPolicy|BucketTagging)|sns:SetTopicAttributes"
)
"""Actions for who only destroys. A bucket's settings and a topic's policy go by putting others."""
NO_TAGS = ("kms:alias/", "s3:::")
"""Resources whose tags no condition sees: an alias has none, a bucket's count only with ABAC enabled."""

DATA = Path(__file__).with_name("policies")
LONGEST_POLICY = 6_144
"""Characters of a managed policy without white space (IAM)."""
MOST_POLICIES = 10
"""Managed policies that a role may have, unless its quota is raised (IAM)."""
IDENTIFYING_TAGS = ("Project", "Environment")


@dataclass(frozen=True, kw_only=True)
class Place:
    """What the documents are about."""

    stack: str
    account_id: str
    region: str
    cluster: str
    tags: Mapping[str, str]
    boundary_arn: str | None = None
    repository: str = ""
    """Where the image lies."""

    @property
    def partition(self) -> str:
        """AWS's own, China's or GovCloud's, by the region's name."""
        return {"cn": "aws-cn", "us-gov": "aws-us-gov"}.get(self.region.rsplit("-", 2)[0], "aws")

    @property
    def identifying_tags(self) -> dict[str, str]:
        """Those of the stack's tags by which its keys and security groups are known."""
        return {key: self.tags[key] for key in IDENTIFYING_TAGS if key in self.tags}

    def fill(self, text: str) -> str:
        """The text with its braces filled in."""
        place = {"partition": self.partition, "region": self.region}
        return text.format(**place, stack=self.stack, cluster=self.cluster)

    def arn(self, short: str) -> str:
        """`rds:db:airflow-*` as a whole ARN; `iam:::` and `s3:::` have no region there."""
        service, rest = self.fill(short).split(":", 1)
        if rest.startswith("::"):
            account = "" if service == "s3" else self.account_id
            return f"arn:{self.partition}:{service}::{account}:{rest[2:]}"
        return f"arn:{self.partition}:{service}:{self.region}:{self.account_id}:{rest}"


def table(name: str) -> dict[str, Any]:
    """One of the data files beside this module."""
    return yaml.safe_load((DATA / f"{name}.yaml").read_text())


def policies(role: Role, place: Place) -> list[str]:
    """The role's managed policies as JSON, as few as IAM's limit of size allows."""
    # A janitor's stacks are not known beforehand; their names stand in paths of SSM alone.
    where = replace(place, stack="*") if role == "janitor" else place
    return _packed([*_state(role, where), *_merged(_granted(role, where)), *_image(role, where)])


def _granted(role: Role, place: Place) -> Iterator[Statement]:
    unscoped, (tables, lists) = table("unscoped"), GRANTED[role]
    for grant in (grant for name in tables for grants in table(name).values() for grant in grants):
        for name in lists:
            actions = [each for each in grant.get(name, []) if role != "janitor" or DESTROYS.match(each)]
            condition = _condition(grant, place, role, name)
            # A condition on a resource's tags would never hold where there is no resource.
            request_only = condition if grant.get("tagged") == "request" else {}
            if scoped := [action for action in actions if action not in unscoped]:
                yield _statement(scoped, [place.arn(short) for short in grant["resources"]], condition)
            if loose := [action for action in actions if action in unscoped]:
                yield _statement(loose, ["*"], request_only)


def _image(role: Role, place: Place) -> Iterator[Statement]:
    """Reading the image, where it lies in ECR."""
    found = in_ecr(place.repository)
    if found and role in PULL_THE_IMAGE:
        arn = f"arn:{place.partition}:ecr:{found['region']}:{found['account']}:repository/{found['name']}"
        pull = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
        yield _statement(pull, [arn], {})
        yield _statement(["ecr:GetAuthorizationToken"], ["*"], {})


def _condition(grant: Mapping[str, Any], place: Place, role: Role, name: str) -> dict[str, Any]:
    condition = {
        operator: {key: place.fill(value) for key, value in values.items()}
        for operator, values in grant.get("condition", {}).items()
    }
    equals = dict(condition.get("StringEquals", {}))
    where = grant.get("tagged")
    if role == "janitor":
        # Reading goes on after the end: what is gone has no tags, and has to be "not found", not "denied".
        if where or (name == "write" and not any(r.startswith(NO_TAGS) for r in grant["resources"])):
            condition["Null"] = {f"aws:ResourceTag/{LIFETIME_TAG}": "false"}
    elif where:
        equals |= _tags("Resource" if where == "resource" else "Request", place)
    if where == "new":
        # Else it would take over the key of another stack.
        condition["StringEqualsIfExists"] = _tags("Resource", place)
    if grant.get("boundary") and place.boundary_arn:
        equals["iam:PermissionsBoundary"] = place.boundary_arn
    return {**condition, **({"StringEquals": equals} if equals else {})}


def _tags(side: Literal["Request", "Resource"], place: Place) -> dict[str, str]:
    return {f"aws:{side}Tag/{key}": value for key, value in place.identifying_tags.items()}


def _state(role: Role, place: Place) -> Iterator[Statement]:
    """The state's bucket and key. A preview writes nothing there, not even a lock."""
    names = StateNames(account_id=place.account_id, region=place.region)
    bucket = f"arn:{place.partition}:s3:::{names.bucket}"
    objects, key = ["s3:GetObject"], ["kms:Decrypt", "kms:DescribeKey"]
    if role in CHANGE_THE_STATE:
        objects += ["s3:DeleteObject", "s3:PutObject"]
        key += ["kms:Encrypt", "kms:GenerateDataKey"]
    condition = {"ForAnyValue:StringEquals": {"kms:ResourceAliases": names.alias}}
    if role == "scan":  # it reads what is plain in a state; secrets there are encrypted once more
        condition["StringEquals"] = {"kms:ViaService": place.fill("s3.{region}.amazonaws.com")}
    yield _statement(["s3:GetBucketLocation", "s3:ListBucket"], [bucket], {})
    yield _statement(objects, [f"{bucket}/.pulumi/*"], {})
    yield _statement(key, [place.arn("kms:key/*")], condition)


def _statement(actions: Sequence[str], resources: Sequence[str], condition: Mapping[str, Any]) -> Statement:
    return {
        "Effect": "Allow",
        "Action": sorted(actions),
        "Resource": sorted(resources),
        **({"Condition": dict(condition)} if condition else {}),
    }


def _merged(statements: Iterator[Statement]) -> list[Statement]:
    """Statements about the same resources under the same condition become one."""
    found: dict[str, Statement] = {}
    for statement in statements:
        about = json.dumps([statement["Resource"], statement.get("Condition")], sort_keys=True)
        if about in found:
            found[about]["Action"] = sorted({*found[about]["Action"], *statement["Action"]})
        else:
            found[about] = statement
    return list(found.values())


def _packed(statements: Sequence[Statement]) -> list[str]:
    """Documents within IAM's limit, each as full as the order of the statements allows."""
    groups: list[list[Statement]] = [[]]
    for statement in statements:
        if len(_compact([*groups[-1], statement])) > LONGEST_POLICY:
            groups.append([])
        groups[-1].append(statement)
    return [json.dumps(_document(group), indent=1) for group in groups]


def _document(statements: Sequence[Statement]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _compact(statements: Sequence[Statement]) -> str:
    return json.dumps(_document(statements), separators=(",", ":"))
