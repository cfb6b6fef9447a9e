"""The configuration of the cluster's servers and of their clients, given to servers of this machine."""

from __future__ import annotations

import os
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import psycopg
import pytest
from moto.server import ThreadedMotoServer

from emulator import privileges
from emulator.backends.cache import server
from emulator.postgres_server import binaries
from tests.kind import backing
from tests.kind.stack import OVERRIDES
from tests.kind.test_backing import GROUP, INSTANCE, PASSWORD, TOKEN, of_kind

pytestmark = pytest.mark.emulator
START_SECONDS = 30


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """What pods find below / of Secrets and ConfigMaps, here below the test's folder; one folder per app."""
    signed = backing.certificates(tmp_path / "signed")
    for app, objects in {
        "database": backing.database(INSTANCE, signed),
        "cache": backing.cache(GROUP, signed),
    }.items():
        place(of_kind(objects, "Secret")[app]["stringData"], tmp_path / app / "secret")
        place(of_kind(objects, "ConfigMap")[app]["data"], tmp_path / app / "configuration")
    return tmp_path


def place(content: Mapping[str, str], folder: Path) -> None:
    folder.mkdir(parents=True)
    for name, text in content.items():
        (folder / name).write_text(moved(text, folder.parent))
        (folder / name).chmod(0o400)


def moved(text: str, root: Path) -> str:
    for folder in ("secret", "configuration"):
        text = text.replace(f"/{folder}/", f"{root}/{folder}/")
    return text


def container(app: str) -> dict[str, Any]:
    manifests = of_kind(backing.manifests(app), "Deployment")
    (only,) = manifests[app]["spec"]["template"]["spec"]["containers"]
    return only


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def running(
    command: list[str], folder: Path, answers: Callable[[], object], error: type[Exception]
) -> Iterator[None]:
    """The server, from its first answer on."""
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                answers()
                break
            except error as reason:
                if process.poll() is not None or time.monotonic() > deadline:
                    pytest.fail(f"{reason}: {(folder / 'log').read_text()}")
                time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait()


def test_the_database_lets_in_who_checks_its_name_and_nobody_without_tls(files: Path) -> None:
    folder, port = files / "database", free_port()
    data, secret = folder / "data", folder / "secret"
    data.mkdir()
    for path in (files.parent, files, folder, data):
        path.chmod(0o755)
    privileges.hand_over(data)
    postgres = [*privileges.prefix(), str(binaries() / "postgres")]
    initdb = [*privileges.prefix(), str(binaries() / "initdb"), f"--pgdata={data}", "--no-sync"]
    subprocess.run(
        [*initdb, f"--username={INSTANCE['username']}", f"--pwfile={secret / 'password'}"],
        check=True,
        capture_output=True,
    )
    given = [moved(argument, folder) for argument in container("database")["args"]]
    own = ["-D", str(data), "-p", str(port), "-c", f"unix_socket_directories={data}"]

    def connect(sslmode: str) -> None:
        # By its name in the cluster; the address alone is this machine's.
        psycopg.connect(
            host=backing.address("database"),
            hostaddr="127.0.0.1",
            port=port,
            user=INSTANCE["username"],
            password=PASSWORD,
            dbname="postgres",
            sslmode=sslmode,
            sslrootcert=str(secret / "ca.crt"),
        ).close()

    refused = pytest.raises(psycopg.OperationalError, match=r"no pg_hba\.conf entry .*no encryption")
    start = [*postgres, *own, *given]
    with running(start, folder, lambda: connect("verify-full"), psycopg.OperationalError), refused:
        connect("disable")


def test_the_cache_takes_its_token_over_verified_tls_only(files: Path) -> None:
    folder, port = files / "cache", free_port()
    _, configuration = container("cache")["command"]
    own = ["--port", "0", "--tls-port", str(port), "--bind", "127.0.0.1"]
    trusted = ssl.create_default_context(cafile=str(folder / "secret" / "ca.crt"))

    def ask(*lines: str) -> str:
        with (
            socket.create_connection(("127.0.0.1", port)) as plain,
            trusted.wrap_socket(plain, server_hostname=backing.address("cache")) as secure,
        ):
            secure.sendall("".join(f"{line}\r\n" for line in (*lines, "QUIT")).encode())
            return b"".join(iter(lambda: secure.recv(4096), b"")).decode()

    start = [server("valkey"), moved(configuration, folder), *own]
    with running(start, folder, lambda: ask("PING"), OSError):
        assert "NOAUTH" in ask("CONFIG GET maxmemory-policy")
        assert "noeviction" in ask(f"AUTH {TOKEN}", "CONFIG GET maxmemory-policy")


def test_pods_get_credentials_buckets_and_parameters_from_the_server_by_its_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With what the stack puts into their environment, and nothing else."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    find = socket.getaddrinfo

    def by_name(host: str, *arguments: Any) -> Any:
        return find("127.0.0.1" if host == backing.address("aws") else host, *arguments)

    monkeypatch.setattr(socket, "getaddrinfo", by_name)
    monkeypatch.delenv("AWS_EC2_METADATA_DISABLED", raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, os.devnull)
    for name, value in OVERRIDES["airflow"]["env"].items():
        monkeypatch.setenv(name, value.replace(f":{backing.AWS_PORT}", f":{port}"))
    try:
        session = boto3.Session(region_name="us-east-1")
        s3, ssm = session.client("s3"), session.client("ssm")
        s3.create_bucket(Bucket="logs")
        s3.put_object(Bucket="logs", Key="a/b.log", Body=b"said")
        assert s3.get_object(Bucket="logs", Key="a/b.log")["Body"].read() == b"said"
        ssm.put_parameter(Name="/a/b", Value="kept", Type="String")
        assert ssm.get_parameter(Name="/a/b")["Parameter"]["Value"] == "kept"
    finally:
        server.stop()
    assert session.get_credentials().method == "iam-role"
