"""Generates every key and password of a stack and keeps a copy of each in SSM, below the bootstrap prefix.

Does not put them into Kubernetes (KubernetesSecrets does) nor into RDS or ElastiCache (their owners do).
Generated values carry no Pulumi `protect`: a rotation raises the number in the stack file, which makes a new
resource and deletes the old one, and that must be able to pass.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_aws import ssm
from pulumi_random import RandomBytes, RandomPassword

from components import naming

LENGTHS = {
    "api-secret-key": 64,
    # HS512 wants a key as long as its digest, 64 bytes.
    "jwt-secret": 64,
    "database-password": 40,
    "master-password": 40,
    # ElastiCache allows 16 to 128 characters.
    "broker-token": 64,
    "admin-password": 24,
    "restart-key": 64,
}
"""Characters of each generated text: letters and digits, which no URL, shell or ini file has to quote."""

FERNET_BYTES = 32


class Rotations(Protocol):
    """The number of each generated value; raising one by one makes a new value."""

    @property
    def fernet_key(self) -> int: ...
    @property
    def api_secret_key(self) -> int: ...
    @property
    def jwt_secret(self) -> int: ...
    @property
    def database_password(self) -> int: ...
    @property
    def master_password(self) -> int: ...
    @property
    def broker_token(self) -> int: ...
    @property
    def admin_password(self) -> int: ...
    @property
    def restart_key(self) -> int: ...


@dataclass(frozen=True, kw_only=True)
class CredentialsArgs:
    """What Credentials needs from its caller."""

    stack: str
    """Part of the SSM paths."""
    key_arn: Input[str]
    rotations: Rotations
    oldest_fernet_key: int = 1
    """What is encrypted with an older one can no longer be read; by default none has ever been dropped."""
    broker: bool = True
    """Whether the executor has a broker, and so a token."""

    def __post_init__(self) -> None:
        for name in ("fernet-key", *LENGTHS):
            number = _number(self.rotations, name)
            if number < 1:
                raise ValueError(f"rotations.{name.replace('-', '_')}: counts from 1, got {number}")
        if not 1 <= self.oldest_fernet_key <= self.rotations.fernet_key:
            newest = self.rotations.fernet_key
            raise ValueError(f"oldest_fernet_key: 1 to the newest ({newest}), got {self.oldest_fernet_key}")


class Credentials(pulumi.ComponentResource):
    """Generated secrets; Fernet keys stay until rows encrypted with them are known to be gone."""

    fernet_key: Output[str]
    api_secret_key: Output[str]
    jwt_secret: Output[str]
    database_password: Output[str]
    """Of the role that Airflow works as."""
    master_password: Output[str]
    """Of the database's master user, which only prepares that role."""
    broker_token: Output[str] | None
    admin_password: Output[str]
    restart_key: Output[str]
    parameter_names: Output[dict[str, str]]

    def __init__(self, name: str, args: CredentialsArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("airflow:index:Credentials", name, None, opts)
        self._name, self._args, self._child = name, args, ResourceOptions(parent=self)

        self.fernet_key = self._fernet_keys()
        self.api_secret_key = self._password("api-secret-key")
        self.jwt_secret = self._password("jwt-secret")
        self.database_password = self._password("database-password")
        self.master_password = self._password("master-password")
        self.broker_token = self._password("broker-token") if args.broker else None
        self.admin_password = self._password("admin-password")
        # Only this program uses the restart key (it marks whom a changed secret restarts): no copy in SSM.
        self.restart_key = self._password("restart-key")

        kept = {
            "fernet-key": self.fernet_key,
            "api-secret-key": self.api_secret_key,
            "jwt-secret": self.jwt_secret,
            "database-password": self.database_password,
            "master-password": self.master_password,
            "broker-token": self.broker_token,
            "admin-password": self.admin_password,
        }
        names = {key: self._keep(key, value) for key, value in kept.items() if value is not None}
        self.parameter_names = Output.all(**names)
        self.register_outputs(
            {
                "fernet_key": self.fernet_key,
                "api_secret_key": self.api_secret_key,
                "jwt_secret": self.jwt_secret,
                "database_password": self.database_password,
                "master_password": self.master_password,
                "broker_token": self.broker_token,
                "admin_password": self.admin_password,
                "restart_key": self.restart_key,
                "parameter_names": self.parameter_names,
            }
        )

    def _fernet_keys(self) -> Output[str]:
        """Newest first, such as "NEW,OLD": Airflow encrypts with the first and reads with all."""
        numbers = range(self._args.rotations.fernet_key, self._args.oldest_fernet_key - 1, -1)
        keys = [
            RandomBytes(f"{self._name}-fernet-key-{number}", length=FERNET_BYTES, opts=self._child).base64
            for number in numbers
        ]
        return Output.secret(Output.all(*keys).apply(lambda values: ",".join(map(url_safe, values))))

    def _password(self, key: str) -> Output[str]:
        number = _number(self._args.rotations, key)
        made = RandomPassword(
            f"{self._name}-{key}-{number}", length=LENGTHS[key], special=False, opts=self._child
        )
        return Output.secret(made.result)

    def _keep(self, key: str, value: Output[str]) -> Output[str]:
        parameter = ssm.Parameter(
            f"{self._name}-{key}-parameter",
            name=naming.bootstrap_parameter(self._args.stack, key),
            description=f"Airflow: generated {key}; change it by raising its rotation number, not here",
            type="SecureString",
            key_id=self._args.key_arn,
            value=value,
            opts=self._child,
        )
        return parameter.name


def url_safe(base64: str) -> str:
    """Fernet reads the URL-safe alphabet of base64, the random provider writes the standard one."""
    return base64.replace("+", "-").replace("/", "_")


def _number(rotations: Rotations, key: str) -> int:
    return int(getattr(rotations, key.replace("-", "_")))
