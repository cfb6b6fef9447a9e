"""Odd values past the settings, and what every component's arguments make of them."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel

from components import naming
from components.arguments import Arguments
from components.identity import ServiceAccountRoleArgs
from stacks.settings import Settings, check
from tests.stacks.stack_files import changed, loaded, sections

STACK = "prod"
Path_ = tuple[str, ...]
Site = tuple[str, int]
"""File name and line of a `raise`."""
ODD: dict[type, tuple[Any, ...]] = {
    int: (-100, -1, 0, 1, 7, 36, 45, 80, 100_000),
    str: (
        *("", "admin", "select", "pg_monitor", "*", "/logs/", "latest", "6.2", "m7g.large", "qa"),
        *("default", "kube-system", "kube-public", "kube-node-lease"),
    ),
    list: ([], ["x"], ["team@example.com", "team@example.com"]),
}
"""Type of a setting -> values that some limit of a component refuses, if they come past the settings."""


@cache
def settings() -> Settings:
    return loaded(sections(STACK))


def leaves(node: Any, path: Path_ = ()) -> Iterator[tuple[Path_, Any]]:
    """Path and value of every setting, down to what is no section."""
    if isinstance(node, (BaseModel, Settings)):
        for name, value in vars(node).items():
            yield from leaves(value, (*path, name))
    else:
        yield path, node


def forced(node: Any, path: Path_, value: Any) -> Any:
    """The same settings with one value that no model has seen."""
    first, *rest = path
    inner = forced(getattr(node, first), tuple(rest), value) if rest else value
    if isinstance(node, BaseModel):
        return node.model_copy(update={first: inner})
    return replace(node, **{first: inner})


def make_arguments(config: Settings) -> None:
    """The arguments of every component, with text in place of what others have made."""
    made: Any = SimpleNamespace(key_arn="arn", topic_arn="arn", arn="arn", master_password="x" * 16)
    made.broker_token = made.master_password
    cluster: Any = SimpleNamespace(
        vpc_id="vpc-1", security_group_id="sg-1", issuer="oidc.example", oidc_provider_arn="arn"
    )
    account: Any = SimpleNamespace(account_id="111122223333", partition="aws")
    subnets = config.network.subnet_ids
    given = Arguments(config=config, stack=STACK, account=account, cluster=cluster, subnet_ids=subnets)
    given.encryption()
    given.credentials(made)
    given.alarms(made)
    given.database(made, made, made)
    given.cache(made, made, made)
    given.logs(made)
    roles = given.roles(made, made)
    given.namespace()
    ServiceAccountRoleArgs(
        namespace=roles.namespace,
        service_account=naming.service_account("worker"),
        issuer=roles.oidc.issuer,
        oidc_provider_arn=roles.oidc.arn,
        policy="{}",
    )


def probes() -> Iterator[tuple[Path_, Any]]:
    for path, value in leaves(settings()):
        entries = isinstance(value, list) and any(isinstance(entry, BaseModel) for entry in value)
        if len(path) == 1 or isinstance(value, bool) or entries:
            continue
        yield from ((path, odd) for odd in ODD.get(type(value), ()))


@cache
def refusals() -> list[tuple[Path_, Any, Site, str]]:
    """Every odd value that some component refuses, where, and its words."""
    found = []
    for path, value in probes():
        config = forced(settings(), path, value)
        try:
            make_arguments(config)
        except (ValueError, KeyError) as refusal:
            frame = traceback.extract_tb(refusal.__traceback__)[-1]
            site = (Path(frame.filename).name, frame.lineno or 0)
            found.append((path, value, site, str(refusal)))
    return found


def problems(path: Path_, value: Any) -> list[str]:
    """Paths of what the settings refuse after one change of the stack file."""
    change: Any = value
    for key in reversed(path):
        change = {key: change}
    return [problem.path for problem in check(changed(sections(STACK), change))[1]]


def refused_by_settings(path: Path_, value: Any) -> bool:
    return any(found.startswith(".".join(path)) for found in problems(path, value))


def bounds(node: Any, path: Path_ = ()) -> Iterator[tuple[Path_, Any]]:
    """Path and value of the last numbers that the model of each setting takes."""
    if not isinstance(node, (BaseModel, Settings)):
        return
    fields = type(node).model_fields if isinstance(node, BaseModel) else {}
    for name, value in vars(node).items():
        notes = fields[name].metadata if name in fields else []
        last = [getattr(note, end) for note in notes for end in ("ge", "le") if hasattr(note, end)]
        choices = get_args(fields[name].annotation) if name in fields else ()
        last += [choice for choice in choices if get_origin(fields[name].annotation) is Literal]
        yield from (((*path, name), number) for number in last)
        yield from bounds(value, (*path, name))
