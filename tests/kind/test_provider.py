"""AWS for the engine: what becomes a server in the cluster, what lies in AWS there, where each is found."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from offline import ROOT, Secret, plain, record
from offline.wire import encode_struct
from tests.kind import backing
from tests.kind.cluster import Cluster
from tests.kind.conftest import FILES, SERVER
from tests.kind.provider import Aws
from tests.kind.stack import IMAGE, OVERRIDES, STACK, project
from tests.operations.programs import put

URN = "urn:pulumi:local::airflow::airflow:index:Database${}::made"
INSTANCE = {
    "engineVersion": "17",
    "username": "boss",
    "password": Secret("of-the-test-only"),
    "dbName": "airflow",
    "port": 5433,
}


@pytest.fixture
def aws(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        yield Aws("aws")


def test_a_database_is_up_at_the_address_that_the_program_is_told(aws: Aws, tmp_path: Path) -> None:
    found = aws.outputs(URN.format("aws:rds/instance:Instance"), encode_struct(INSTANCE))
    assert found["address"] == backing.address("database")
    assert found["port"] == 5433
    assert isinstance(found["password"], Secret)
    applied, waited = (tmp_path / "bin" / "kubectl.calls").read_text().splitlines()
    assert applied == "apply --filename -"
    assert waited.startswith("rollout status deployment/database --namespace backing")
    given = json.loads((tmp_path / "bin" / "kubectl.given").read_text())
    assert {each["kind"] for each in given["items"]} == {"Secret", "ConfigMap", "Service", "Deployment"}


def test_a_cache_is_up_at_the_address_that_the_program_is_told(aws: Aws) -> None:
    group = {"authToken": Secret("of-the-test-only"), "port": 6379}
    urn = URN.format("aws:elasticache/replicationGroup:ReplicationGroup")
    assert aws.outputs(urn, encode_struct(group))["primaryEndpointAddress"] == backing.address("cache")


def test_a_server_that_does_not_come_up_fails_the_resource_without_its_password(aws: Aws) -> None:
    put("kubectl", "sys.exit('error: timed out' if 'rollout' in sys.argv else 0)")
    with pytest.raises(Exception, match="timed out") as failure:
        aws.outputs(URN.format("aws:rds/instance:Instance"), encode_struct(INSTANCE))
    assert "of-the-test-only" not in str(failure.value)


def test_buckets_and_parameters_are_there_for_pods_and_for_the_smoke_test(aws: Aws) -> None:
    aws.outputs(URN.format("aws:s3/bucket:Bucket"), encode_struct({}))
    parameter = {"name": "/airflow/x", "type": "SecureString", "value": Secret("kept")}
    aws.outputs(URN.format("aws:ssm/parameter:Parameter"), encode_struct(parameter))
    s3, ssm = (boto3.client(service, region_name="us-east-1") for service in ("s3", "ssm"))
    assert [each["Name"][:5] for each in s3.list_buckets()["Buckets"]] == ["made-"]
    assert ssm.get_parameter(Name="/airflow/x", WithDecryption=True)["Parameter"]["Value"] == "kept"


def test_the_cluster_that_is_looked_up_is_kinds(aws: Aws) -> None:
    found = aws.look_up("aws:eks/getCluster:getCluster", {"name": "platform-local"})
    assert (found["endpoint"], found["certificateAuthorities"]) == (SERVER, [{"data": FILES["authority"]}])
    assert found["status"] == "ACTIVE"


def test_the_stack_with_what_differs_on_kind_meets_all_rules_and_uses_the_built_image() -> None:
    graph = record(STACK, overrides=OVERRIDES)
    (release,) = graph.of_type("kubernetes:helm.sh/v3:Release")
    values = plain(release.inputs)["values"]
    assert f"{values['defaultAirflowRepository']}:{values['defaultAirflowTag']}" == IMAGE
    images = {
        each["image"]
        for job in graph.of_type("kubernetes:batch/v1:Job")
        for each in plain(job.inputs)["spec"]["template"]["spec"]["containers"]
    }
    assert images == {IMAGE}
    added = {each["name"] for each in values["env"]} - {"AWS_DEFAULT_REGION", "AIRFLOW_CONN_AWS_DEFAULT"}
    assert added == set(OVERRIDES["airflow"]["env"])


def test_what_the_pods_are_told_differently_is_documented() -> None:
    text = (ROOT / "docs" / "KIND.md").read_text()
    assert [name for name in OVERRIDES["airflow"]["env"] if f"`{name}`" not in text] == []


def test_a_failed_release_keeps_its_pods_for_their_logs() -> None:
    (release,) = record(STACK, overrides=OVERRIDES).of_type("kubernetes:helm.sh/v3:Release")
    assert plain(release.inputs)["atomic"] is False


def test_only_aws_is_stood_in_for_and_the_engine_may_fetch_the_rest(cluster: Cluster, tmp_path: Path) -> None:
    made = project(tmp_path)
    executables = {path.name for path in (tmp_path / "project" / "bin").iterdir()}
    assert executables == {"aws", "pulumi-resource-aws"}
    assert made.environment["PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"] == "false"
