"""The recorder fails first when the SDK changes, so that no other test is believed wrongly."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pulumi
import pulumi_aws as aws
import pulumi_random as random
import pytest

from offline import Graph, Resource, Secret, plain, record_program
from offline.static import StaticBackend


def program() -> None:
    provider = aws.Provider("aws", region="us-east-1")
    component = pulumi.ComponentResource(
        "airflow:index:Thing", "thing", None, pulumi.ResourceOptions(providers=[provider])
    )
    child = pulumi.ResourceOptions(parent=component)
    inner = pulumi.ComponentResource("airflow:index:Inner", "inner", None, child)
    password = random.RandomPassword("thing-password-1", length=24, opts=child)
    key = aws.kms.Key("thing-key", opts=pulumi.ResourceOptions(parent=inner, protect=True))
    parameter = aws.ssm.Parameter(
        "thing-parameter",
        name="/thing",
        type="SecureString",
        value=password.result,
        key_id=key.key_id,
        opts=pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(ignore_changes=["dataType"])),
    )
    component.register_outputs({"arn": parameter.arn})
    pulumi.export("arn", parameter.arn)
    pulumi.export("value", parameter.value)


@pytest.fixture(scope="module")
def graph() -> Graph:
    return record_program(program)


def test_urns_chain_the_types_of_all_parents(graph: Graph) -> None:
    key = graph.named("thing-key")
    assert key.urn == (
        "urn:pulumi:test::airflow::airflow:index:Thing$airflow:index:Inner$aws:kms/key:Key::thing-key"
    )


def test_options_that_stock_mocks_hide_are_kept(graph: Graph) -> None:
    assert graph.named("thing-key").protect
    assert graph.named("thing-parameter").ignore_changes == ("dataType",)
    assert "::aws::" in graph.named("thing-parameter").provider


def test_a_resource_names_what_it_waited_for(graph: Graph) -> None:
    parameter, key = graph.named("thing-parameter"), graph.named("thing-key")
    assert key.urn in parameter.dependencies
    assert parameter.property_dependencies["keyId"] == (key.urn,)


def test_a_generated_password_is_secret_wherever_it_flows(graph: Graph) -> None:
    parameter = graph.named("thing-parameter")
    password = graph.named("thing-password-1").outputs["result"]
    assert isinstance(password, Secret)
    assert parameter.inputs["value"] == password
    assert graph.exports["value"] == password


def test_no_secret_appears_in_json_or_repr(graph: Graph) -> None:
    assert graph.secrets()
    for secret in graph.secrets():
        assert secret not in graph.to_json()
        assert secret not in repr(graph)


def test_the_same_program_gives_the_same_bytes(graph: Graph) -> None:
    assert record_program(program).to_json() == graph.to_json()


def test_numbers_stay_whole(graph: Graph) -> None:
    length = graph.named("thing-password-1").inputs["length"]
    assert (length, type(length)) == (24, int)


def test_component_outputs_are_those_it_registered(graph: Graph) -> None:
    assert graph.named("thing").outputs == {"arn": graph.exports["arn"]}


def test_an_asset_is_another_one_with_another_content(tmp_path: Path) -> None:
    """In a file, in a folder, and beside others."""
    file, folder = tmp_path / "values.yaml", tmp_path / "folder"
    folder.mkdir()

    def uploads() -> None:
        provider = pulumi.ResourceOptions(provider=aws.Provider("aws", region="us-east-1"))
        assets = {
            "file": pulumi.FileAsset(str(file)),
            "folder": pulumi.FileArchive(str(folder)),
            "several": pulumi.AssetArchive({"one": pulumi.FileAsset(str(file))}),
        }
        for name, asset in assets.items():
            aws.s3.BucketObject(name, bucket="thing", source=asset, opts=provider)

    def recorded(text: str) -> list[Any]:
        for place in (file, folder / "values.yaml"):
            place.write_text(text)
        found = record_program(uploads, preview=True)
        return [found.named(name).inputs["source"] for name in ("file", "folder", "several")]

    first, second = recorded("replicas: 1"), recorded("replicas: 2")
    assert first == recorded("replicas: 1")
    assert all(before != after for before, after in zip(first, second, strict=True))


def test_what_the_cloud_computes_is_unknown_in_a_preview() -> None:
    preview = record_program(program, preview=True)
    assert repr(preview.exports["arn"]) == "[unknown]"
    assert preview.named("thing-parameter").inputs["name"] == "/thing"


def test_a_changed_keeper_changes_the_generated_value() -> None:
    def rotated(generation: str) -> Any:
        def build() -> None:
            random.RandomPassword("password", length=24, keepers={"generation": generation})

        return plain(record_program(build).named("password").outputs["result"])

    assert rotated("1") != rotated("2")
    assert rotated("1") == rotated("1")


def test_an_unknown_look_up_fails_and_names_itself() -> None:
    with pytest.raises(LookupError, match="aws:ec2/getAmi:getAmi"):
        record_program(lambda: pulumi.export("ami", aws.ec2.get_ami_output(most_recent=True).id))


def test_an_unknown_resource_type_fails_and_names_itself() -> None:
    with pytest.raises(LookupError, match="aws:sqs/queue:Queue"):
        record_program(lambda: aws.sqs.Queue("queue"))


def test_a_duplicate_name_fails_as_in_the_engine() -> None:
    def twice() -> None:
        random.RandomPassword("same", length=8)
        random.RandomPassword("same", length=8)

    with pytest.raises(ValueError, match="registered twice"):
        record_program(twice)


def test_the_backend_gets_what_an_earlier_run_made(graph: Graph) -> None:
    seen: dict[str, Resource | None] = {}

    class Backend(StaticBackend):
        def ensure(self, resource: Resource, previous: Resource | None) -> Mapping[str, Any]:
            seen[resource.name] = previous
            return super().ensure(resource, previous)

    from offline.monitor import Monitor
    from offline.program import _run

    _run(program, "test", {}, [], Monitor(Backend("1", "us-east-1"), graph, preview=False))
    assert seen["thing-key"] == graph.named("thing-key")


def test_a_failing_backend_ends_the_run_with_its_own_error() -> None:
    class Broken(StaticBackend):
        def ensure(self, resource: Resource, previous: Resource | None) -> Mapping[str, Any]:
            raise RuntimeError("the disk is full")

    from offline.monitor import Monitor
    from offline.program import _run

    with pytest.raises(RuntimeError, match="the disk is full"):
        _run(program, "test", {}, [], Monitor(Broken("1", "us-east-1"), None, preview=False))
