"""What a component would refuse with a traceback, the settings refuse first, in one line.

Every setting gets odd values past its model, and every component's arguments are made from them. Where that
raises, the settings have to refuse the same value; and every limit of a component must have been met so.
"""

from __future__ import annotations

import ast
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
from tests.stacks.stack_files import ROOT, changed, loaded, sections

STACK = "prod"
Path_ = tuple[str, ...]
Site = tuple[str, int]
"""File name and line of a `raise`."""
ODD: dict[type, tuple[Any, ...]] = {
    int: (-100, -1, 0, 1, 7, 36, 45, 80, 100_000),
    str: ("", "default", "admin", "select", "pg_monitor", "*", "/logs/", "latest", "6.2", "m7g.large", "qa"),
    list: ([], ["x"], ["team@example.com", "team@example.com"]),
}
"""Type of a setting -> values that some limit of a component refuses, if they come past the settings."""
NOT_FROM_SETTINGS = {
    "exactly one of below and above": "alarm rules are constants",
    "issuer: without https://": "comes from the cluster",
    "instance_class: db.<family>.<size>": "the table of connection limits knows the class before",
    "max_connections: more than 0": "comes from the same table",
}
"""Limits that no stack file reaches -> why."""


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
def refusals() -> list[tuple[Path_, Any, Site]]:
    """Every odd value that some component refuses, and where."""
    found = []
    for path, value in probes():
        config = forced(settings(), path, value)
        try:
            make_arguments(config)
        except (ValueError, KeyError) as refusal:
            frame = traceback.extract_tb(refusal.__traceback__)[-1]
            found.append((path, value, (Path(frame.filename).name, frame.lineno or 0)))
    return found


def limits() -> dict[Site, str]:
    """Every `raise` that checks arguments: in `__post_init__`, and in what it calls. With its source."""
    found = {}
    for file in sorted((ROOT / "components").glob("*.py")):
        tree = ast.parse(file.read_text())
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        checks = [function for function in functions if function.name == "__post_init__"]
        called = {name.id for check in checks for name in ast.walk(check) if isinstance(name, ast.Name)}
        checks += [function for function in functions if function.name in called]
        for function in checks:
            for node in ast.walk(function):
                if isinstance(node, ast.Raise):
                    found[(file.name, node.lineno)] = ast.unparse(node)
    return found


def problems(path: Path_, value: Any) -> list[str]:
    """Paths of what the settings refuse after one change of the stack file."""
    change: Any = value
    for key in reversed(path):
        change = {key: change}
    return [problem.path for problem in check(changed(sections(STACK), change))[1]]


def refused_by_settings(path: Path_, value: Any) -> bool:
    return any(found.startswith(".".join(path)) for found in problems(path, value))


def test_the_settings_refuse_what_a_component_would() -> None:
    assert [refusal for refusal in refusals() if not refused_by_settings(*refusal[:2])] == []


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


def test_a_component_takes_all_that_the_settings_take() -> None:
    """The last number of a range, and each of a list: a preview would end there in a traceback."""
    found = [(path, last) for path, last in bounds(settings()) if not problems(path, last)]
    assert len(found) >= 80
    for path, last in found:
        make_arguments(forced(settings(), path, last))


def test_every_limit_of_a_component_is_met_by_an_odd_value() -> None:
    met = {site for _, _, site in refusals()}
    missed = {site: text for site, text in limits().items() if site not in met}
    unexplained = {
        site: text for site, text in missed.items() if not any(known in text for known in NOT_FROM_SETTINGS)
    }
    assert unexplained == {}
    for known in NOT_FROM_SETTINGS:
        assert any(known in text for text in missed.values()), f"{known}: no longer needs its exception"


def test_the_search_for_limits_finds_them() -> None:
    assert len(limits()) >= 20
