"""What stands in for AWS: valid objects, pinned images, the program's own ports, secrets in Secrets alone."""

from __future__ import annotations

import json
import re
from typing import Any

import kubernetes_validate
import pytest
import yaml
from cryptography import x509

from offline import plain
from offline.graph import Graph
from tests.kind import backing
from tests.kind.cluster import NODE
from tests.recorded import recorded

PASSWORD, TOKEN = "master-password-of-the-test", "token-of-the-test"
INSTANCE = {"username": "boss", "password": PASSWORD, "dbName": "airflow", "port": 5433.0}
GROUP = {"authToken": TOKEN, "port": 6380.0}
PINNED = re.compile(r"[\w./-]+:v?\d[\w.-]+@sha256:[0-9a-f]{64}")
NO_DIGEST = {"valkey/valkey:8.0.10-alpine"}
"""Whose digest we could not learn from a source that we trust; the tag is exact."""


@pytest.fixture(scope="module")
def objects(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    signed = backing.certificates(tmp_path_factory.mktemp("kind"))
    return [*backing.aws(), *backing.database(INSTANCE, signed), *backing.cache(GROUP, signed)]


def of_kind(objects: list[dict[str, Any]], kind: str) -> dict[str, dict[str, Any]]:
    return {each["metadata"]["name"]: each for each in objects if each["kind"] == kind}


def test_every_object_is_valid_for_the_clusters_kubernetes(objects: list[dict[str, Any]]) -> None:
    release = re.findall(r":v(\d+\.\d+)\.", NODE)[0]
    for each in objects:
        kubernetes_validate.validate(each, release, strict=True)


def test_no_object_of_the_file_is_left_out(objects: list[dict[str, Any]]) -> None:
    every = [(o["kind"], o["metadata"]["name"]) for o in yaml.safe_load_all(backing.MANIFESTS.read_text())]
    made = [(o["kind"], o["metadata"]["name"]) for o in objects if o["kind"] != "Secret"]
    assert sorted(made) == sorted(every)


def test_images_are_pinned(objects: list[dict[str, Any]]) -> None:
    pods = [each["spec"]["template"]["spec"] for each in of_kind(objects, "Deployment").values()]
    images = [container["image"] for pod in pods for container in pod["containers"]] + [NODE]
    assert {image for image in images if not PINNED.fullmatch(image)} == NO_DIGEST


def test_services_listen_where_the_program_believes_them(objects: list[dict[str, Any]]) -> None:
    ports = {
        name: service["spec"]["ports"][0]["port"] for name, service in of_kind(objects, "Service").items()
    }
    assert ports == {"aws": backing.AWS_PORT, "database": 5433, "cache": 6380}


def test_a_service_finds_the_pods_of_its_name(objects: list[dict[str, Any]]) -> None:
    deployments = of_kind(objects, "Deployment")
    for name, service in of_kind(objects, "Service").items():
        labels = deployments[name]["spec"]["template"]["metadata"]["labels"]
        assert service["spec"]["selector"].items() <= labels.items()


def test_secrets_are_in_secrets_and_nowhere_else(objects: list[dict[str, Any]]) -> None:
    readable = json.dumps([each for each in objects if each["kind"] != "Secret"])
    assert PASSWORD not in readable
    assert TOKEN not in readable
    assert of_kind(objects, "Secret")["database"]["stringData"]["password"] == PASSWORD


@pytest.mark.parametrize("app", ["database", "cache"])
def test_a_certificate_is_for_the_name_that_clients_check(objects: list[dict[str, Any]], app: str) -> None:
    data = of_kind(objects, "Secret")[app]["stringData"]
    certificate = x509.load_pem_x509_certificate(data["tls.crt"].encode())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == [backing.address(app)]
    certificate.verify_directly_issued_by(x509.load_pem_x509_certificate(data["ca.crt"].encode()))


def test_files_that_are_configured_are_mounted(objects: list[dict[str, Any]]) -> None:
    """A path of a Secret or ConfigMap that has no such key would only show in a pod that never starts."""
    for app in ("database", "cache"):
        configuration = of_kind(objects, "ConfigMap")[app]["data"]
        users = json.dumps([of_kind(objects, "Deployment")[app], configuration])
        secret = of_kind(objects, "Secret")[app]["stringData"]
        assert set() < set(re.findall(r"/secret/([\w.]+)", users)) <= set(secret)
        assert set() < set(re.findall(r"/configuration/([\w.]+)", users)) <= set(configuration)


def test_the_broker_keeps_what_the_parameter_group_says(objects: list[dict[str, Any]]) -> None:
    graph: Graph = recorded("local")
    (group,) = graph.of_type("aws:elasticache/parameterGroup:ParameterGroup")
    lines = of_kind(objects, "ConfigMap")["cache"]["data"]["valkey.conf"].splitlines()
    assert {f"{each['name']} {each['value']}" for each in plain(group.inputs)["parameters"]} <= set(lines)


def test_versions_are_those_of_the_stack(objects: list[dict[str, Any]]) -> None:
    graph = recorded("local")
    (database,) = graph.of_type("aws:rds/instance:Instance")
    (cache,) = graph.of_type("aws:elasticache/replicationGroup:ReplicationGroup")
    text = backing.MANIFESTS.read_text()
    assert f"postgres:{plain(database.inputs)['engineVersion']}." in text
    assert f"{plain(cache.inputs)['engine']}:{plain(cache.inputs)['engineVersion']}." in text
