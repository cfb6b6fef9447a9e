"""S3, SSM, KMS, IAM and SNS in the local server, with the resources that a real stack registers."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import Any

import httpx
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from emulator.backends.aws import Aws, Clients
from emulator.machine import Machine
from emulator.paths import State
from offline import record
from offline.graph import Graph, Resource

pytestmark = pytest.mark.emulator

LOG = "logs/dag_id=a/run_id=manual__2026-11-21T00:00:00+00:00/ä b%2F.log"


def in_order(graph: Graph, types: frozenset[str]) -> list[Resource]:
    """The resources that the back end knows, each after what it depends on."""
    left = [resource for resource in graph.resources if resource.type in types]
    ordered: list[Resource] = []
    while left:
        waiting = {resource.urn for resource in left}
        ready = [resource for resource in left if not waiting & set(resource.dependencies)]
        ordered += ready
        left = [resource for resource in left if resource not in ready]
    return ordered


class Shared:
    """One server with everything of a whole stack in it."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.graph = record("prod")
        self.bucket = str(self.graph.named("logs-bucket").outputs["bucket"])
        self.ensure()

    def ensure(self) -> None:
        self.service = Aws(self.machine)
        for resource in in_order(self.graph, Aws.types):
            self.service.ensure(resource, None)

    def restart(self) -> None:
        self.machine.supervisor.restart("aws")
        self.service = Aws(self.machine)

    @property
    def clients(self) -> Any:
        return self.service.clients()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Any:
    machine = Machine(State("test", tmp_path_factory.mktemp("aws")))
    shared = Shared(machine)
    yield shared
    machine.supervisor.shutdown()
    machine.state.remove()


def test_the_bucket_is_as_recorded(server: Shared) -> None:
    s3, name = server.clients.s3, server.bucket
    rule = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"][0]
    key = server.graph.only("aws:kms/key:Key").outputs["arn"]
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    assert s3.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"
    assert all(s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"].values())
    assert "SecureTransport" in s3.get_bucket_policy(Bucket=name)["Policy"]
    assert s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"][0]["Status"] == "Enabled"


def test_keys_have_the_arn_of_the_graph(server: Shared) -> None:
    recorded = server.graph.only("aws:kms/key:Key").outputs
    metadata = server.clients.kms.describe_key(KeyId=recorded["keyId"])["KeyMetadata"]
    assert metadata["Arn"] == recorded["arn"]


def test_roles_have_the_recorded_trust_and_rights(server: Shared) -> None:
    role = server.graph.of_type("aws:iam/role:Role")[0]
    name = str(role.outputs["name"])
    trust = server.clients.iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]
    assert trust == json.loads(role.inputs["assumeRolePolicy"])


def test_objects_parameters_and_keys_survive_a_restart(server: Shared) -> None:
    aws = server.clients
    aws.s3.put_object(Bucket=server.bucket, Key=LOG, Body=b"old")
    aws.s3.put_object(Bucket=server.bucket, Key=LOG, Body=b"new")
    aws.s3.put_object(Bucket=server.bucket, Key="gone", Body=b"x")
    aws.s3.delete_object(Bucket=server.bucket, Key="gone")
    aws.s3.upload_fileobj(io.BytesIO(b"y" * 9_000_000), server.bucket, "in parts")
    aws.s3.copy_object(Bucket=server.bucket, Key="copy", CopySource={"Bucket": server.bucket, "Key": LOG})
    aws.ssm.put_parameter(Name="/airflow/prod/variables/kept", Value="1", Type="SecureString")
    aws.ssm.put_parameter(Name="/airflow/prod/variables/gone", Value="1", Type="String")
    aws.ssm.delete_parameter(Name="/airflow/prod/variables/gone")
    server.restart()
    aws = server.clients
    listed = {item["Key"]: item["Size"] for item in aws.s3.list_objects_v2(Bucket=server.bucket)["Contents"]}
    assert listed == {LOG: 3, "copy": 3, "in parts": 9_000_000}
    assert aws.s3.get_object(Bucket=server.bucket, Key=LOG)["Body"].read() == b"new"
    found = aws.ssm.get_parameters(
        Names=["/airflow/prod/variables/kept", "/airflow/prod/variables/gone"], WithDecryption=True
    )
    assert [parameter["Value"] for parameter in found["Parameters"]] == ["1"]


def test_what_is_gone_is_made_again(server: Shared) -> None:
    name = str(server.graph.of_type("aws:iam/role:Role")[0].outputs["name"])
    server.restart()
    assert name not in {role["RoleName"] for role in server.clients.iam.list_roles()["Roles"]}
    server.ensure()
    assert name in {role["RoleName"] for role in server.clients.iam.list_roles()["Roles"]}


def test_the_kept_requests_are_private_and_do_not_grow_by_repetition(server: Shared) -> None:
    file = server.machine.state.aws / "requests.jsonl"
    server.ensure()
    before = file.stat().st_size
    server.ensure()
    assert file.stat().st_size == before
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_changed_parameter_gets_its_new_value(server: Shared) -> None:
    parameter = server.graph.named("credentials-jwt-secret-parameter")
    server.service.ensure(replace(parameter, inputs={**parameter.inputs, "value": "rotated"}), parameter)
    read = server.clients.ssm.get_parameter(Name=parameter.inputs["name"], WithDecryption=True)
    assert read["Parameter"]["Value"] == "rotated"


def test_a_request_signed_with_another_key_is_refused(server: Shared) -> None:
    """Any user of the machine reaches the port; the parameters behind it hold every password of the stack."""
    parameter = str(server.graph.named("credentials-jwt-secret-parameter").inputs["name"])
    endpoint = server.machine.substitutions.aws_endpoint_url
    for key in ("emulator", server.machine.substitutions.secret_access_key[::-1]):
        stranger = Clients(endpoint, server.machine.region, key)
        with pytest.raises(ClientError) as refused:
            stranger.ssm.get_parameter(Name=parameter, WithDecryption=True)
        assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
        with pytest.raises(ClientError, match="403"):
            stranger.s3.list_objects_v2(Bucket=server.bucket)


@pytest.mark.parametrize(
    ("path", "authorization"),
    [
        ("/", None),
        ("/moto-api/data.json", None),
        ("/", "AWS4-HMAC-SHA256 Credential=emulator/20261121/us-east-1/ssm/aws4_request"),
        ("/", "AWS4-HMAC-SHA256 Credential=emulator, SignedHeaders=host, Signature=ä"),
        ("/", "Bearer emulator"),
    ],
)
def test_a_request_without_a_signature_is_refused(
    server: Shared, path: str, authorization: str | None
) -> None:
    headers = {b"Authorization": authorization.encode()} if authorization else None
    answer = httpx.get(f"{server.machine.substitutions.aws_endpoint_url}{path}", headers=headers)
    assert answer.status_code == 403


def test_a_changed_body_breaks_the_signature(server: Shared) -> None:
    """The key signs what is asked, not only who asks."""
    url = server.machine.substitutions.aws_endpoint_url
    signed = AWSRequest("POST", url, {}, b'{"Names": []}')
    signed.headers["X-Amz-Target"] = "AmazonSSM.GetParameters"
    key = Credentials("emulator", server.machine.substitutions.secret_access_key)
    SigV4Auth(key, "ssm", server.machine.region).add_auth(signed)
    headers = dict(signed.headers.items())
    assert httpx.post(url, headers=headers, content=b'{"Names": []}').status_code == 200
    assert httpx.post(url, headers=headers, content=b'{"Names": [] }').status_code == 403


def test_a_deleted_bucket_is_gone_with_its_versions(server: Shared) -> None:
    bucket = server.graph.named("logs-access-bucket")
    name = str(bucket.outputs["bucket"])
    for body in (b"1", b"2"):
        server.clients.s3.put_object(Bucket=name, Key="x", Body=body)
    server.service.delete(bucket)
    server.service.delete(bucket)
    assert name not in {each["Name"] for each in server.clients.s3.list_buckets()["Buckets"]}
    server.ensure()
