"""The deployment by the real engine, short of the cluster: Kubernetes and random values are stood in for."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml
from moto.server import ThreadedMotoServer

from components.pod_layout import BUNDLE_FILE, URL_KEY
from operations import smoke_deployed
from operations.smoke import Target
from operations.stack_file import read_stack_file
from tests.engine import project as engine
from tests.engine.test_preview import pytestmark as needs_the_cli
from tests.kind import backing, deployment, stack
from tests.kind.cluster import KUBECONFIG
from tests.kind.conftest import CONTENT, QUIET, SERVER

pytestmark = needs_the_cli


@dataclass
class Deployed:
    """What one deployment left."""

    resources: dict[str, dict[str, Any]]
    """Logical name to what the state holds, secrets opened."""
    said: str
    applied: list[dict[str, Any]]
    """Objects that kubectl was given."""
    authority: str
    target: Target
    """What the smoke test would judge."""
    buckets: list[str]

    def inputs(self, name: str) -> dict[str, Any]:
        return revealed(self.resources[name]["inputs"])


def revealed(value: Any) -> Any:
    """A part of the exported state with its secrets as plain values."""
    if isinstance(value, dict) and "plaintext" in value:
        return revealed(json.loads(value["plaintext"]))
    if isinstance(value, dict):
        return {key: revealed(each) for key, each in value.items()}
    return value


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@contextmanager
def printing_to(path: Path) -> Iterator[None]:
    """What child processes print until the block ends."""
    kept = os.dup(1)
    with path.open("a") as file:
        os.dup2(file.fileno(), 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory, moto: str) -> Deployed:
    folder = tmp_path_factory.mktemp("kind")
    (folder / "kubeconfig").write_text(yaml.safe_dump(CONTENT))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stack, "PROGRAMS", {**engine.PROGRAMS, **stack.PROGRAMS})
        made = stack.project(folder)
        kubectl = folder / "project" / "bin" / "kubectl"
        kubectl.write_text(f"#!/usr/bin/env python3\nimport sys\n{QUIET}")
        kubectl.chmod(0o755)
        around = {
            KUBECONFIG: str(folder / "kubeconfig"),
            "AWS_ENDPOINT_URL": moto,
            **deployment.CREDENTIALS,
        }
        made.environment.update(around)
        with printing_to(folder / "said"):
            deployment.deploy(made, {})
        opened = made.output("stack", "export", "--stack", stack.STACK, "--show-secrets")
        for name, value in made.environment.items():
            patch.setenv(name, value)
        patch.chdir(made.program)
        target = smoke_deployed.target(read_stack_file(stack.STACK), "http://127.0.0.1:1")
        buckets = boto3.client("s3").list_buckets()["Buckets"]
    given = kubectl.with_suffix(".given").read_text().splitlines()
    resources = json.loads(opened)["deployment"]["resources"]
    return Deployed(
        resources={each["urn"].split("::")[-1]: each for each in resources},
        said=(folder / "said").read_text(),
        applied=[each for line in given if line for each in json.loads(line)["items"]],
        authority=backing.certificates(folder).authority.read_text(),
        target=target,
        buckets=[each["Name"] for each in buckets],
    )


def test_the_programs_own_kubeconfig_leads_to_the_cluster(deployed: Deployed) -> None:
    provider = json.loads(deployed.inputs("kubernetes")["kubeconfig"])
    assert provider["clusters"][0]["cluster"]["server"] == SERVER
    assert provider["users"][0]["user"]["exec"]["command"] == "aws"


def test_pods_are_given_addresses_and_passwords_of_what_runs_in_the_cluster(deployed: Deployed) -> None:
    secrets = {
        each["metadata"]["name"]: each["stringData"] for each in deployed.applied if each["kind"] == "Secret"
    }
    master = deployed.inputs("secrets-airflow-database-master")["stringData"][URL_KEY]
    assert f":{secrets['database']['password']}@{backing.address('database')}:5433/airflow" in master
    assert "sslmode=verify-full" in master
    broker = deployed.inputs("secrets-airflow-celery-broker-url")["stringData"][URL_KEY]
    token = secrets["cache"]["token.conf"].removeprefix("requirepass ").strip()
    assert broker == f"rediss://:{token}@{backing.address('cache')}:6379/0?ssl_cert_reqs=required"


def test_pods_trust_the_authority_that_signed_the_servers(deployed: Deployed) -> None:
    assert deployed.inputs("airflow-rds-ca")["data"] == {BUNDLE_FILE: deployed.authority}
    served = [each["stringData"]["ca.crt"] for each in deployed.applied if each["kind"] == "Secret"]
    assert served == [deployed.authority] * 2


def test_the_smoke_test_finds_the_deployment_by_itself(deployed: Deployed) -> None:
    admin = deployed.inputs("secrets-airflow-admin")["stringData"]
    assert [deployed.target.password] == list(admin.values())
    assert deployed.target.bucket in deployed.buckets
    assert deployed.target.ssm_prefix == "/airflow/local/variables"


def test_no_secret_is_in_what_the_pipeline_prints(deployed: Deployed) -> None:
    assert re.search(r"\d+ created", deployed.said)
    assert re.search(r"\d+ unchanged", deployed.said)
    values = [
        value
        for name in deployed.resources
        if name.startswith("secrets-airflow-")
        for value in deployed.inputs(name)["stringData"].values()
    ]
    assert len(values) >= 7
    assert [value for value in values if value in deployed.said] == []
