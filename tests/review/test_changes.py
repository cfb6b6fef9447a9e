"""Actions, paths, renames and cascades, on graphs of a few resources."""

from __future__ import annotations

from typing import Any

import pytest

from offline.graph import Graph, Resource
from review.changes import changes
from review.model import MISSING, Action
from review.paths import differences

BUCKET = "aws:s3/bucket:Bucket"
INSTANCE = "aws:rds/instance:Instance"
COMPONENT = "airflow:index:LogBucket"


def resource(
    name: str, inputs: dict[str, Any], type_: str = BUCKET, chain: str = "", **more: Any
) -> Resource:
    urn = f"urn:pulumi:prod::airflow::{chain}{type_}::{name}"
    return Resource(urn=urn, type=type_, name=name, inputs=inputs, **more)


def actions(base: list[Resource], head: list[Resource]) -> dict[str, Action]:
    return {change.name: change.action for change in changes(Graph.of(base), Graph.of(head))}


def test_what_did_not_change_is_not_listed() -> None:
    assert actions([resource("a", {"tags": {"x": "1"}})], [resource("a", {"tags": {"x": "1"}})]) == {}


@pytest.mark.parametrize(
    ("before", "after", "action"),
    [
        ({"tags": {"x": "1"}}, {"tags": {"x": "2"}}, Action.UPDATE),
        ({"bucket": "one"}, {"bucket": "two"}, Action.REPLACE),
        ({"forceDestroy": True}, {"forceDestroy": 1}, Action.UPDATE),
    ],
)
def test_a_property_decides_between_update_and_replacement(
    before: dict[str, Any], after: dict[str, Any], action: Action
) -> None:
    assert actions([resource("a", before)], [resource("a", after)]) == {"a": action}


def test_an_ignored_property_counts_for_nothing() -> None:
    base, head = (resource("a", {"bucket": name}, ignore_changes=("bucket",)) for name in ("x", "y"))
    assert actions([base], [head]) == {}


def test_a_renamed_resource_is_deleted_and_created_without_an_alias_and_kept_with_one() -> None:
    base = resource("old", {"tags": {}})
    assert actions([base], [resource("new", {"tags": {}})]) == {"new": Action.CREATE, "old": Action.DELETE}
    (kept,) = changes(Graph.of([base]), Graph.of([resource("new", {"tags": {}}, aliases=("old",))]))
    assert (kept.action, kept.renamed_from) == (Action.UPDATE, "old")


def test_children_follow_the_alias_of_their_component() -> None:
    def pair(name: str, **more: Any) -> list[Resource]:
        component = resource(name, {}, COMPONENT, custom=False, **more)
        return [component, resource(f"{name}-bucket", {}, chain=f"{COMPONENT}$", parent=component.urn)]

    found = changes(Graph.of(pair("logs")), Graph.of(pair("archive", aliases=("logs",))))
    assert [(c.action, c.name, c.renamed_from) for c in found] == [
        (Action.UPDATE, "archive-bucket", "logs-bucket")
    ]


def test_what_is_bound_to_a_replaced_resource_is_replaced_as_well() -> None:
    """Its bucket has another identifier afterwards, and no versioning can be moved to another bucket."""

    def pair(bucket: dict[str, Any]) -> list[Resource]:
        made = resource("a", bucket)
        versioning = resource(
            "v",
            {"bucket": "computed-by-the-cloud"},
            "aws:s3/bucketVersioning:BucketVersioning",
            property_dependencies={"bucket": (made.urn,)},
        )
        return [made, versioning]

    head = pair({"objectLockEnabled": True})
    found = {c.name: c for c in changes(Graph.of(pair({})), Graph.of(head))}
    assert found["v"].action is Action.REPLACE
    assert found["v"].because_of == ("a",)


@pytest.mark.parametrize(
    ("metadata", "action"),
    [
        (
            {"name": "migrate-5f0c", "namespace": "airflow"},
            Action.REPLACE,
        ),  # a hash of the database's identifier
        ({"name": "reader", "annotations": {"database": "db-COMPUTED"}}, None),
    ],
)
def test_a_name_that_is_computed_from_a_replaced_resource_is_another(
    metadata: dict[str, Any], action: Action | None
) -> None:
    def pair(encrypted: bool) -> list[Resource]:
        database = resource(
            "db", {"storageEncrypted": encrypted}, INSTANCE, outputs={"resourceId": "db-COMPUTED"}
        )
        job = resource(
            "job",
            {"metadata": metadata},
            "kubernetes:batch/v1:Job",
            property_dependencies={"metadata": (database.urn,)},
        )
        return [database, job]

    assert actions(pair(False), pair(True)).get("job") is action


def test_another_region_makes_anew_what_is_in_a_region() -> None:
    """pulumi-aws 7: the provider is no reason, each regional resource has a region of its own."""

    def stack(region: str) -> list[Resource]:
        provider = resource("aws", {"region": region}, "pulumi:providers:aws")
        through = f"{provider.urn}::1"
        role = resource("role", {}, "aws:iam/role:Role", provider=through)
        return [provider, resource("bucket", {}, provider=through), role]

    found = actions(stack("us-east-1"), stack("eu-west-1"))
    assert found == {"aws": Action.REPLACE, "bucket": Action.REPLACE}


def test_members_of_a_list_are_known_by_their_name() -> None:
    before = [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]
    after = [{"name": "new", "value": "0"}, *before]
    (found,) = differences(before, after, "env")
    assert (found.path, found.before) == ("env[new]", MISSING)


def test_policies_are_compared_by_content() -> None:
    assert list(differences('{"a": 1, "b": 2}', '{"b":2,"a":1}')) == []


def test_a_statement_under_another_sid_is_the_same_one_and_a_text_is_none() -> None:
    one, two = ({"Sid": sid, "Action": "s3:Get*"} for sid in ("A", "B"))
    assert [(d.path, d.after) for d in differences([one], [two], "Statement")] == [("Statement[A].Sid", "B")]
    assert [d.path for d in differences(["a"], [two], "Statement")] == ["Statement[a]", "Statement[B]"]


@pytest.mark.parametrize(
    ("path", "before", "after", "told"),
    [
        ("args", ["a", "b"], ["b", "a"], [("args", ["a", "b"], ["b", "a"])]),
        ("args", ["-c", "a"], ["-c", "a", "b"], [("args", ["-c", "a"], ["-c", "a", "b"])]),
        (
            "env",
            [{"name": "a"}, {"name": "b"}],
            [{"name": "b"}, {"name": "a"}],
            [("env", ["a", "b"], ["b", "a"])],
        ),
        ("env", [{"name": "a"}], [{"name": "b"}, {"name": "a"}], [("env[b]", MISSING, {"name": "b"})]),
        (
            "list",
            ["a", "b", "c"],
            ["c", "a"],
            [("list", ["a", "b", "c"], ["c", "a"]), ("list[b]", "b", MISSING)],
        ),
        ("subnetIds", ["a", "b"], ["b", "a"], []),
        ("policy.Statement[x].Condition.StringEquals.aws:SourceVpc", ["a", "b"], ["b", "a"], []),
    ],
)
def test_another_order_is_a_change_where_an_order_means_something(
    path: str, before: Any, after: Any, told: list[Any]
) -> None:
    assert [(d.path, d.before, d.after) for d in differences(before, after, path)] == told
