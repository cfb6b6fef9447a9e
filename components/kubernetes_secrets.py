"""The Secrets that Airflow's pods read, and a hash of what each component consumes.

The values come from Credentials, Database and Cache; here they only become URLs. The chart is given the
names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_kubernetes.core.v1 import Secret
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components import connections, naming
from components.git_secrets import GitSecret
from components.pod_layout import (
    ADMIN_KEY,
    API_KEY,
    ASYNC_URL_KEY,
    FERNET_KEY,
    JWT_KEY,
    URL_KEY,
)

_BY_ALL: Sequence[str] = (
    naming.DATABASE_SECRET,
    naming.BROKER_SECRET,
    naming.ENCRYPTION_SECRET,
    naming.API_SECRET,
)

CONSUMERS: Mapping[str, Sequence[str]] = {
    "scheduler": (*_BY_ALL, naming.JWT_SECRET),
    "api-server": (*_BY_ALL, naming.JWT_SECRET),
    "dag-processor": _BY_ALL,
    "triggerer": _BY_ALL,
    "worker": _BY_ALL,
    "admin": (naming.ADMIN_SECRET,),
    "migrate": (naming.DATABASE_SECRET, naming.MASTER_SECRET),
}
"""Which Secrets a component reads: the chart gives all of its pods the first four, and signing keys of task
tokens only to those who issue and check them. `admin` is the Job that makes the first user, `migrate` the one
that prepares the database: nobody else reads what opens it as its master user. Who reads the Secrets of Git
repositories depends on the DAG sources (git_secrets.py)."""


@dataclass(frozen=True, kw_only=True)
class DatabaseAccess:
    """How to reach the metadata database, and as whom."""

    username: Input[str]
    password: Input[str]
    address: Input[str]
    port: Input[int]
    name: Input[str]


@dataclass(frozen=True, kw_only=True)
class BrokerAccess:
    """How to reach Celery's broker."""

    token: Input[str]
    address: Input[str]
    port: Input[int]


@dataclass(frozen=True, kw_only=True)
class Keys:
    """The generated keys."""

    fernet_key: Input[str]
    api_secret_key: Input[str]
    jwt_secret: Input[str]
    restart_key: Input[str]
    """Keys the hashes, so that nobody can try values against them."""
    admin_password: Input[str] | None = None
    """None where no user is made."""


@dataclass(frozen=True, kw_only=True)
class KubernetesSecretsArgs:
    """What KubernetesSecrets needs from its caller."""

    namespace: Input[str]
    database: DatabaseAccess
    """As Airflow does."""
    master: DatabaseAccess
    """As the master user, who prepares Airflow's role."""
    keys: Keys
    broker: BrokerAccess | None = None
    """None where no executor needs a broker."""
    git: Sequence[GitSecret] = ()
    """What opens the Git repositories that DAGs come from."""
    labels: Mapping[str, str] = field(default_factory=dict)


class KubernetesSecrets(pulumi.ComponentResource):
    """One Secret per kind of value, so that a pod can be given one without the others."""

    names: dict[str, str]
    hashes: dict[str, Output[str]]

    def __init__(self, name: str, args: KubernetesSecretsArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("airflow:index:KubernetesSecrets", name, None, opts)
        child = ResourceOptions(parent=self)

        contents = {**_urls(args), **_keys(args.keys), **_git(args.git)}
        for secret, content in contents.items():
            Secret(
                f"{name}-{secret}",
                metadata=ObjectMetaArgs(name=secret, namespace=args.namespace, labels=args.labels),
                type="Opaque",
                string_data=content,
                opts=child,
            )

        self.names = {secret: secret for secret in contents}
        self.hashes = {
            component: _hash(args.keys.restart_key, [contents[name] for name in consumed if name in contents])
            for component, consumed in _consumers(args.git).items()
        }
        self.register_outputs({"names": self.names, "hashes": self.hashes})


def _urls(args: KubernetesSecretsArgs) -> dict[str, dict[str, Output[str]]]:
    application, master = _parts(args.database), _parts(args.master)
    urls = {
        naming.DATABASE_SECRET: {
            URL_KEY: application.apply(lambda known: connections.database_url(*known)),
            ASYNC_URL_KEY: application.apply(lambda known: connections.async_database_url(*known)),
        },
        naming.MASTER_SECRET: {URL_KEY: master.apply(lambda known: connections.database_url(*known))},
    }
    if args.broker is not None:
        broker = Output.all(args.broker.token, args.broker.address, args.broker.port)
        urls[naming.BROKER_SECRET] = {URL_KEY: broker.apply(lambda known: connections.broker_url(*known))}
    return {name: {key: Output.secret(url) for key, url in content.items()} for name, content in urls.items()}


def _parts(access: DatabaseAccess) -> Output[list[Any]]:
    return Output.all(access.username, access.password, access.address, access.port, access.name)


def _keys(keys: Keys) -> dict[str, dict[str, Output[str]]]:
    found = {
        naming.ENCRYPTION_SECRET: (FERNET_KEY, keys.fernet_key),
        naming.API_SECRET: (API_KEY, keys.api_secret_key),
        naming.JWT_SECRET: (JWT_KEY, keys.jwt_secret),
        naming.ADMIN_SECRET: (ADMIN_KEY, keys.admin_password),
    }
    return {name: {key: Output.secret(value)} for name, (key, value) in found.items() if value is not None}


def _git(secrets: Sequence[GitSecret]) -> dict[str, dict[str, Output[str]]]:
    return {
        secret.name: {key: Output.secret(value) for key, value in secret.content.items()}
        for secret in secrets
    }


def _consumers(git: Sequence[GitSecret]) -> dict[str, list[str]]:
    """CONSUMERS with those who read the Secrets of Git repositories."""
    return {
        component: [*consumed, *(secret.name for secret in git if component in secret.consumers)]
        for component, consumed in CONSUMERS.items()
    }


def _hash(restart_key: Input[str], contents: Sequence[Mapping[str, Output[str]]]) -> Output[str]:
    values = [content[key] for content in contents for key in sorted(content)]
    known = Output.all(restart_key, *values).apply(lambda all_: connections.content_hash(all_[0], all_[1:]))
    # Keyed and cut to 64 bits it tells that a value changed and nothing else; as a secret it could not be
    # shown.
    return Output.unsecret(known)
