"""ElastiCache (cluster mode off) as a real Valkey or Redis server with TLS and a token."""

from __future__ import annotations

import hashlib
import re
import secrets
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import redis

from emulator.errors import EmulatorError
from emulator.files import remove, write_private
from emulator.machine import Machine
from emulator.programs import Program
from emulator.substitutions import HOST
from offline.graph import Resource, plain

GROUP = "aws:elasticache/replicationGroup:ReplicationGroup"
PARAMETER_GROUP = "aws:elasticache/parameterGroup:ParameterGroup"
ADMIN = "emulator"
"""User of the emulator itself: it changes the token of the `default` user without knowing the old one."""

USERS = "users.acl"
READY_SECONDS = 60
MAX_MEMORY = "256mb"
"""About what cache.t4g.micro leaves for data; with `noeviction` a full broker refuses writes, as on AWS."""


class Cache:
    """One server per replication group; replicas are not emulated."""

    types = frozenset({GROUP})

    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    def ensure(self, resource: Resource, previous: Resource | None) -> dict[str, Any]:
        """A running server that takes the recorded token, while rotating also the last; messages survive."""
        inputs = plain(resource.inputs)
        name = _name(resource)
        folder = self._machine.state.folder("cache", resource.name)
        program = server(str(inputs.get("engine", "")))
        command = [program, str(folder / "server.conf")]
        # The server reads a new certificate at its start only; what is queued survives that.
        certificate = self._machine.certificates.server(name)[0].read_bytes()
        unit = Program(
            name=name,
            command=command,
            environment={"CERTIFICATE": hashlib.sha256(certificate).hexdigest()},
            directory=folder,
            stop_wait_seconds=30,
            priority=10,
        )

        def start(port: int) -> tuple[int, bool]:
            changed = self._configure(folder, name, port, inputs)
            self._machine.supervisor.apply(name, [unit])
            return port, changed

        port, changed = self._machine.serve(name, start)
        with self._admin(folder, name, port) as admin:
            if changed:
                # Keeps what is queued and who is connected; new connections need a token that is left.
                admin.acl_load()
            self._parameters(admin, folder, inputs)
        if previous is None and Path(program).name.split("-")[0] != inputs.get("engine"):
            self._machine.progress.say(f"{name}: {Path(program).name} stands in for {inputs.get('engine')}")
        address = {"primaryEndpointAddress": HOST, "readerEndpointAddress": HOST, "port": port}
        return {**self._machine.computed(resource), **address}

    def delete(self, resource: Resource) -> None:
        """Stops the server and removes its data."""
        self._machine.supervisor.stop(_name(resource))
        remove(self._machine.state.root / "cache" / resource.name)

    def _configure(self, folder: Path, name: str, port: int, inputs: Mapping[str, Any]) -> bool:
        """Writes configuration and users; True if either changed. Tokens are written as their digests."""
        certificate, key = self._machine.certificates.server(name)
        lines = [
            "bind 127.0.0.1",
            "port 0",
            f"tls-port {port}",
            f'tls-cert-file "{certificate}"',
            f'tls-key-file "{key}"',
            f'tls-ca-cert-file "{self._machine.certificates.authority}"',
            "tls-auth-clients no",
            f'aclfile "{folder / USERS}"',
            f'dir "{folder}"',
            "daemonize no",
            # ElastiCache keeps its data over a maintenance restart; `make down` loses no message.
            "appendonly yes",
            'save ""',
            f"maxmemory {MAX_MEMORY}",
            f'include "{folder / "parameters.conf"}"',
        ]
        if not (folder / "parameters.conf").exists():
            write_private(folder / "parameters.conf", "")
        users = (
            f"user default on {_access(folder / USERS, inputs)} ~* &* +@all -@admin\n"
            f"user {ADMIN} on #{_digest(_admin_password(folder))} ~* &* +@all\n"
        )
        changed = [
            write_private(folder / "server.conf", "\n".join(lines) + "\n"),
            write_private(folder / USERS, users),
        ]
        return any(changed)

    def _admin(self, folder: Path, name: str, port: int) -> redis.Redis:
        client = redis.Redis(
            host=HOST,
            port=port,
            username=ADMIN,
            password=_admin_password(folder),
            ssl=True,
            ssl_ca_certs=str(self._machine.certificates.authority),
            decode_responses=True,
        )
        deadline = time.monotonic() + READY_SECONDS
        while True:
            try:
                client.ping()
                return client
            except (redis.ConnectionError, redis.TimeoutError) as error:  # BusyLoading is a ConnectionError
                if time.monotonic() > deadline:
                    raise EmulatorError(f"{name} takes no connection: {error}") from None
                time.sleep(0.05)

    def _parameters(self, admin: redis.Redis, folder: Path, inputs: Mapping[str, Any]) -> None:
        """The recorded parameter group, as far as the server knows the names."""
        group_name = inputs.get("parameterGroupName", "")
        group = self._machine.journal.find(PARAMETER_GROUP, "name", group_name)
        listed = plain(group.inputs).get("parameters") or [] if group else []
        lines = []
        for parameter in sorted(listed, key=lambda parameter: parameter["name"]):
            name, value = parameter["name"], str(parameter["value"])
            current: Any = admin.config_get(name)
            if name not in current:
                continue  # ElastiCache's own, such as reserved-memory-percent or cluster-enabled
            if current[name] != value:
                admin.config_set(name, value)
            lines.append(f'{name} "{value}"')
        write_private(folder / "parameters.conf", "".join(f"{line}\n" for line in lines))


def _access(users: Path, inputs: Mapping[str, Any]) -> str:
    """What the user without a name may log in with: the token and, with ROTATE, the one before.

    As on ElastiCache, which keeps at most two. The newest stands first; which one came before is known from
    what the server was given until now.
    """
    token = inputs.get("authToken")
    if not token:
        return "nopass"
    accepted = [f"#{_digest(str(token))}"]
    if inputs.get("authTokenUpdateStrategy") == "ROTATE" and users.exists():
        before = re.findall(r"#[0-9a-f]{64}", users.read_text().splitlines()[0])
        accepted = before if before[:1] == accepted else accepted + before[:1]
    return " ".join(accepted)


def _name(resource: Resource) -> str:
    return f"cache-{resource.name}"


def server(engine: str) -> str:
    """The program for an engine. Raises EmulatorError with the remedy where there is none."""
    order = ["redis-server", "valkey-server"] if engine == "redis" else ["valkey-server", "redis-server"]
    found = [path for name in order if (path := shutil.which(name))]
    if not found:
        raise EmulatorError("neither valkey-server nor redis-server is on PATH; `make setup` installs one.")
    return found[0]


def _digest(password: str) -> str:
    """The form in which the servers keep passwords; a token has at least 16 random characters."""
    return hashlib.sha256(password.encode()).hexdigest()


def _admin_password(folder: Path) -> str:
    path = folder / "admin"
    if not path.exists():
        write_private(path, secrets.token_urlsafe(32))
    return path.read_text()
