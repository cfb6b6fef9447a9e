"""What a component would refuse with a traceback, the settings refuse first, in one line.

Every setting gets odd values past its model, and every component's arguments are made from them. Where that
raises, the settings have to refuse the same value; and every limit of a component must have been met so.
"""

from __future__ import annotations

import ast

from tests.stacks.component_limits import (
    Site,
    bounds,
    forced,
    make_arguments,
    problems,
    refusals,
    refused_by_settings,
    settings,
)
from tests.stacks.stack_files import ROOT

NOT_FROM_SETTINGS = {
    "exactly one of below and above": "alarm rules are constants",
    "issuer: without https://": "comes from the cluster",
    "instance_class: db.<family>.<size>": "the table of connection limits knows the class before",
    "max_connections: more than 0": "comes from the same table",
}
"""Limits that no stack file reaches -> why."""


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


def test_the_settings_refuse_what_a_component_would() -> None:
    assert [refusal for refusal in refusals() if not refused_by_settings(*refusal[:2])] == []


def test_a_component_takes_all_that_the_settings_take() -> None:
    """The last number of a range, and each of a list: a preview would end there in a traceback."""
    found = [(path, last) for path, last in bounds(settings()) if not problems(path, last)]
    assert len(found) >= 80
    for path, last in found:
        make_arguments(forced(settings(), path, last))


def test_every_limit_of_a_component_is_met_by_an_odd_value() -> None:
    met = {site for _, _, site, _ in refusals()}
    missed = {site: text for site, text in limits().items() if site not in met}
    unexplained = {
        site: text for site, text in missed.items() if not any(known in text for known in NOT_FROM_SETTINGS)
    }
    assert unexplained == {}
    for known in NOT_FROM_SETTINGS:
        assert any(known in text for text in missed.values()), f"{known}: no longer needs its exception"


def test_the_search_for_limits_finds_them() -> None:
    assert len(limits()) >= 20
