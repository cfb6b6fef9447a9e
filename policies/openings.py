"""Whom a document on a key, a bucket or a topic lets in from outside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from offline.graph import Graph, Resource
from policies.documents import allowed, conditions, listed, principals
from policies.relations import own_accounts

_SOURCES = ("aws:SourceArn", "kms:EncryptionContext:aws:logs:arn")
"""Condition keys with an ARN of what a service acts for."""


def to_everybody(resource: Resource) -> str | None:
    """The problem of a statement that lets anybody in, signed in or not."""
    for statement in allowed(resource):
        if any("*" in names or kind == "*" for kind, names in principals(statement).items()):
            return f"it lets everybody do {_actions(statement)}"
    return None


def to_strangers(resource: Resource, graph: Graph) -> str | None:
    """The problem of a statement that lets in another account, or a service on another account's behalf."""
    accounts = own_accounts(graph)
    for statement in allowed(resource):
        for kind, names in principals(statement).items():
            strangers = [name for name in names if kind != "AWS" or _account(name) not in accounts]
            if strangers and not (kind == "Service" and acts_for(statement, accounts)):
                return f"it lets {', '.join(strangers)} do {_actions(statement)}"
        if not principals(statement):
            return f"it names nobody for {_actions(statement)}"
    return None


def acts_for(statement: Mapping[str, Any], accounts: set[str]) -> bool:
    """Whether a service is let in on behalf of these accounts only: without a condition, it is a deputy of
    everybody."""
    source = conditions(statement, "StringEquals").get("aws:SourceAccount")
    if source:
        return set(source) <= accounts
    arns = [
        arn
        for operator in ("ArnLike", "ArnEquals", "StringEquals")
        for key, values in conditions(statement, operator).items()
        for arn in values
        if key in _SOURCES
    ]
    return bool(arns) and all(_account(arn) in accounts for arn in arns)


def _account(principal: str) -> str:
    """Of an ARN, or the number itself."""
    parts = principal.split(":")
    return parts[4] if len(parts) > 5 else principal


def _actions(statement: Mapping[str, Any]) -> str:
    return ", ".join(str(a) for a in listed(statement.get("Action"))) or "all but some actions"
