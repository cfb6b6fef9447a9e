"""The objects of `backing.yaml`, with the names, ports and secrets that the program asks AWS for."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from emulator.certificates import Certificates
from emulator.paths import State

MANIFESTS = Path(__file__).with_name("backing.yaml")
NAMESPACE = "backing"
AWS_PORT = 5000
Object = dict[str, Any]


def address(service: str) -> str:
    """Its name for every pod of the cluster."""
    return f"{service}.{NAMESPACE}.svc.cluster.local"


def certificates(folder: Path) -> Certificates:
    """Those of one run, below its folder: the program trusts their authority."""
    return Certificates(State("kind", folder))


def aws() -> list[Object]:
    """The namespace of them all, and the server that answers for S3, SSM and the instance metadata."""
    return manifests("aws")


def database(inputs: Mapping[str, Any], signed: Certificates) -> list[Object]:
    """RDS's instance as the program describes it. Its master user is a superuser here."""
    secrets = {
        "username": inputs["username"],
        "password": inputs["password"],
        "database": inputs["dbName"],
    }
    return _served("database", inputs["port"], secrets, signed)


def cache(inputs: Mapping[str, Any], signed: Certificates) -> list[Object]:
    """ElastiCache's replication group: one node."""
    token = {"token.conf": f"requirepass {inputs['authToken']}\n"}
    return _served("cache", inputs["port"], token, signed)


def _served(app: str, port: float, secrets: Mapping[str, str], signed: Certificates) -> list[Object]:
    certificate, key = signed.server(app, address(app))
    files = {"tls.crt": certificate, "tls.key": key, "ca.crt": signed.authority}
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": app, "namespace": NAMESPACE, "labels": {"app": app}},
        "stringData": {**secrets, **{name: path.read_text() for name, path in files.items()}},
    }
    objects = manifests(app)
    (service,) = (each for each in objects if each["kind"] == "Service")
    service["spec"]["ports"][0]["port"] = int(port)
    return [secret, *objects]


def manifests(app: str) -> list[Object]:
    """Those of the file that belong together."""
    everything = yaml.safe_load_all(MANIFESTS.read_text())
    return [each for each in everything if each["metadata"]["labels"]["app"] == app]
