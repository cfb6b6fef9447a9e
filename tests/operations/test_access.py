"""The policies of reader and deployer: complete for what the program registers, and no wider."""

import json
from collections.abc import Iterator, Mapping
from fnmatch import fnmatch
from typing import Any

import pytest
from moto import mock_aws

import offline
from offline.static import StaticBackend
from operations import access
from operations.access_policies import GRANTED, LONGEST_POLICY, MOST_POLICIES, Place, Role, policies, table
from operations.stack_file import read_stack_file
from tests.operations.aws_account import Run, client

EMAILS = {"account": {"alarm_emails": ["a@example.com"]}}
TYPES, LOOKUPS, UNSCOPED = table("resource_types"), table("lookups"), table("unscoped")
ROLES: tuple[Role, ...] = tuple(GRANTED)
each_stack = pytest.mark.parametrize("stack", offline.stack_names())
each_role = pytest.mark.parametrize("role", ROLES)


class Asked(StaticBackend):
    tokens: set[str] = set()  # noqa: RUF012  the program makes one backend

    def invoke(self, token: str, args: Mapping[str, Any]) -> Mapping[str, Any]:
        self.tokens.add(token)
        return super().invoke(token, args)


def place(stack: str) -> Place:
    return access.place_of(read_stack_file(stack))


def statements(role: Role, where: Place) -> Iterator[dict[str, Any]]:
    for document in policies(role, where):
        yield from json.loads(document)["Statement"]


def allowed(role: Role, stack: str) -> set[str]:
    return {action for statement in statements(role, place(stack)) for action in statement["Action"]}


@each_stack
def test_every_type_that_a_stack_registers_has_its_rights(stack: str) -> None:
    types = {r.type for r in offline.record(stack, overrides=EMAILS).resources if r.type.startswith("aws:")}
    assert types <= TYPES.keys()
    deployer, reader = allowed("deployer", stack), allowed("reader", stack)
    for type_ in types:
        reads = {action for grant in TYPES[type_] for action in grant.get("read", [])}
        writes = {action for grant in TYPES[type_] for action in grant.get("write", [])}
        assert reads
        assert writes
        assert reads <= reader
        assert reads | writes <= deployer


def test_every_look_up_has_its_rights() -> None:
    offline.run("prod", Asked("111122223333", "us-east-1"))
    assert {token for token in Asked.tokens if token.startswith("aws:")} <= LOOKUPS.keys()


@each_stack
def test_the_names_of_what_a_stack_makes_are_covered(stack: str) -> None:
    """A pattern that misses the name denies the deployment when it is half done."""
    made = [r for r in offline.record(stack, overrides=EMAILS).resources if r.type in TYPES]
    for resource in made:
        patterns = [place(stack).arn(short) for grant in TYPES[resource.type] for short in grant["resources"]]
        arn = str(resource.outputs.get("arn", ""))
        if arn.startswith("arn:"):
            assert any(fnmatch(arn, pattern) for pattern in patterns), f"{arn}: not in {patterns}"
    assert sum("arn" in resource.outputs for resource in made) > 25


@each_stack
@each_role
def test_no_right_is_wider_than_it_must_be(stack: str, role: Role) -> None:
    for statement in statements(role, place(stack)):
        assert not [action for action in statement["Action"] if "*" in action]
        if "*" in statement["Resource"]:
            assert statement["Resource"] == ["*"]
            assert set(statement["Action"]) <= UNSCOPED.keys()
        else:
            assert not set(statement["Action"]) & UNSCOPED.keys()


def test_what_has_no_resource_is_listed_with_a_reason_and_used() -> None:
    assert all(len(reason) > 20 for reason in UNSCOPED.values())
    for_an_image_in_ecr = {"ecr:GetAuthorizationToken"}
    assert UNSCOPED.keys() <= allowed("deployer", "prod") | for_an_image_in_ecr


@each_stack
@each_role
def test_the_documents_keep_iam_s_limits_and_iam_takes_them(stack: str, role: Role) -> None:
    documents = policies(role, place(stack))
    assert len(documents) <= MOST_POLICIES
    with mock_aws():
        for number, document in enumerate(documents):
            assert len("".join(document.split())) <= LONGEST_POLICY
            client("iam").create_policy(PolicyName=f"p-{number}", PolicyDocument=document)


def test_keys_and_groups_are_told_apart_by_the_stack_s_tags() -> None:
    keys = [s for s in statements("deployer", place("dev")) if "kms:ScheduleKeyDeletion" in s["Action"]]
    assert [s["Condition"]["StringEquals"]["aws:ResourceTag/Environment"] for s in keys] == ["dev"]


def test_a_boundary_is_demanded_of_every_role_that_is_made() -> None:
    boundary = "arn:aws:iam::111122223333:policy/boundary"
    where = Place(**{**vars(place("prod")), "boundary_arn": boundary})
    for statement in statements("deployer", where):
        if {"iam:CreateRole", "iam:PutRolePolicy"} & set(statement["Action"]):
            assert statement["Condition"] == {"StringEquals": {"iam:PermissionsBoundary": boundary}}


@pytest.mark.parametrize(("region", "partition"), [("us-gov-west-1", "aws-us-gov"), ("cn-north-1", "aws-cn")])
def test_other_partitions_are_named_in_every_arn(region: str, partition: str) -> None:
    where = Place(**{**vars(place("prod")), "region": region})
    arns = {arn for s in statements("deployer", where) for arn in s["Resource"]} - {"*"}
    assert {arn.split(":")[1] for arn in arns} == {partition}


def test_a_stack_without_identifying_tags_is_refused(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    from operations import stack_file

    file = stack_file.ROOT / "stacks" / "Pulumi.x.yaml"
    file.write_text(file.read_text().replace("Project", "Team"))
    assert access.main(["x", "reader"]) == 1
    assert "airflow:tags should have Project or Environment" in capsys.readouterr().err
