"""Rights that appear, vanish or widen: every policy document of a stack, statement by statement."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from offline.graph import Resource, redact
from policies.documents import listed
from review.cluster_rights import cluster_rights, rules_of
from review.model import MISSING, Change, Finding
from review.text import code, shown

TRUST = "assumeRolePolicy"
_ATTACHED = "policyArn"
_BOUNDARY = "permissionsBoundary"


class Grant(NamedTuple):
    """The smallest thing that can be given or refused."""

    effect: str
    principal: str
    action: str
    resource: str
    condition: str
    """JSON."""


def permissions(changes: Sequence[Change]) -> list[Finding]:
    """Per document: what appears first, what vanishes after it; wildcards, trust, ends of refusals say so."""
    found = [finding for change in changes for finding in _of(change)]
    return [*found, *(finding for change in changes for finding in cluster_rights(change))]


def _of(change: Change) -> Iterator[Finding]:
    old, new = _documents(change.before), _documents(change.after)
    for property_ in sorted({*old, *new}):
        before, after = old.get(property_, frozenset()), new.get(property_, frozenset())
        for grant in sorted(after - before):
            warning = _gained(grant, before, after, trust=property_ in (TRUST, "roleRef"))
            yield _finding(change, grant, "gains", warning)
        for grant in sorted(before - after):
            yield _finding(change, grant, "loses", "" if change.because_of else _lost(grant, after))
    for word, arn in _attached(change):
        yield Finding(
            text=f"`{change.name}`: its role {word} the policy {code(arn)}", details={"urn": change.urn}
        )
    for difference in change.changed:
        if difference.path == _BOUNDARY:
            ends = (
                "**loses its boundary**" if difference.after in (None, MISSING) else "gets another boundary"
            )
            values = f"{code(shown(difference.before))} → {code(shown(difference.after))}"
            yield Finding(text=f"`{change.name}` {ends}: {values}", details={"urn": change.urn})


def _attached(change: Change) -> Iterator[tuple[str, str]]:
    """Policies that stand elsewhere, AWS's own among them."""
    old, new = (_arns(side) for side in (change.before, change.after))
    yield from (("**gains**", arn) for arn in sorted(new - old))
    yield from (("loses", arn) for arn in sorted(old - new))


def _arns(resource: Resource | None) -> set[str]:
    inputs: dict[str, Any] = redact(dict(resource.inputs)) if resource else {}
    return {str(arn) for name in (_ATTACHED, "managedPolicyArns") for arn in listed(inputs.get(name))}


def _documents(resource: Resource | None) -> dict[str, frozenset[Grant]]:
    """Property with a policy document -> what it grants, whatever the type; a role may have some inside."""
    if resource is None:
        return {}
    found = {name: _statements(value) for name, value in resource.inputs.items()}
    for inner in listed(resource.inputs.get("inlinePolicies")):
        if isinstance(inner, Mapping):
            found[f"inlinePolicies[{inner.get('name', '')}]"] = _statements(inner.get("policy"))
    found |= rules_of(resource)
    return {
        name: frozenset(g for s in statements for g in _single(s))
        for name, statements in found.items()
        if statements
    }


def _statements(value: Any) -> list[Mapping[str, Any]]:
    if isinstance(value, str) and '"Statement"' in value:
        try:
            value = json.loads(value)
        except ValueError:
            return []
    given = listed(value.get("Statement")) if isinstance(value, Mapping) else []
    return [statement for statement in given if isinstance(statement, Mapping)]


def _single(statement: Mapping[str, Any]) -> Iterator[Grant]:
    """`Not...` is one thing: everything but what it lists. Taken apart it would be less than it is."""
    condition = json.dumps(statement.get("Condition", {}), sort_keys=True)
    for principal in _either(statement, "Principal", _principals):
        for action in _either(statement, "Action", listed):
            for resource in _either(statement, "Resource", listed):
                effect = str(statement.get("Effect", "Allow"))
                yield Grant(effect, principal, action, resource, condition)


def _either(statement: Mapping[str, Any], key: str, members: Any) -> list[str]:
    if f"Not{key}" in statement:
        return [f"all but {', '.join(map(str, members(statement[f'Not{key}'])))}"]
    return [str(member) for member in members(statement.get(key))] or [""]


def _principals(given: Any) -> list[Any]:
    if isinstance(given, Mapping):
        return [f"{kind}:{name}" for kind, names in given.items() for name in listed(names)]
    return listed(given)


def _gained(grant: Grant, before: frozenset[Grant], after: frozenset[Grant], *, trust: bool) -> str:
    if grant.effect != "Allow":
        return ""
    if trust:
        return " — **new trust**"
    same = [g for g in before if g[:3] == grant[:3]]
    if any(g.resource == grant.resource and _weaker(g.condition, grant.condition) for g in same):
        return " — **wider: a weaker condition**"
    if _wild(grant) and not any(g.resource == grant.resource for g in same):
        return " — **new wildcard**"
    if any(g.resource != grant.resource and fnmatchcase(g.resource, grant.resource) for g in same):
        return " — **wider: also what it did not cover**"
    more = len([g for g in after if g[:3] == grant[:3]]) > len(same) > 0
    return " — **wider: one more resource**" if more else ""


def _lost(grant: Grant, after: frozenset[Grant]) -> str:
    if grant.effect != "Deny":
        return ""
    kept = [g for g in after if g[:4] == grant[:4]]
    if any(not _weaker(g.condition, grant.condition) for g in kept):
        return ""
    return " — **a refusal is narrower**" if kept else " — **a refusal ends**"


def _wild(grant: Grant) -> bool:
    """Every action of a service, anybody, or resources by a pattern that names none of ours."""
    given = (grant.principal, grant.action, grant.resource)
    if any(part.startswith("all but ") for part in given):
        return True
    return "*" in grant.action or grant.principal in ("*", "AWS:*") or _wild_arn(grant.resource)


def _wild_arn(resource: str) -> bool:
    """`arn:aws:s3:::ours/*` is not; `*`, another account's, and `parameter/*` or `role/*` are."""
    fields = resource.split(":", 5)
    if len(fields) < 6:
        return "*" in resource
    own = fields[5].replace(":", "/").split("/")
    named = own[:1] if fields[2] == "s3" else own[:2]
    return any("*" in part for part in (*fields[:5], *named))


def _weaker(before: str, after: str) -> bool:
    """Whether requests meet the second condition that do not meet the first.

    A key less, one more value, a pattern in place of a value: of what cannot be compared it is assumed.
    """
    old, new = _tests(before), _tests(after)
    for key, values in old.items():
        fewer, more = (values, new.get(key, set())) if "Not" in key[0] else (new.get(key, set()), values)
        if key not in new or not fewer <= more:
            return True
    return "*" in after and "*" not in before


def _tests(condition: str) -> dict[tuple[str, str], set[str]]:
    return {
        (operator.removesuffix("Like").removesuffix("Equals"), key): {str(v) for v in listed(values)}
        for operator, tests in json.loads(condition).items()
        for key, values in tests.items()
    }


def _finding(change: Change, grant: Grant, what: str, warning: str) -> Finding:
    parts = [grant.effect.lower() if grant.effect != "Allow" else "", code(grant.action)]
    parts += [f"on {code(grant.resource)}"] if grant.resource else []
    parts += [f"for {code(grant.principal)}"] if grant.principal else []
    parts += [f"if {code(grant.condition)}"] if grant.condition != "{}" else []
    told = " ".join(part for part in parts if part)
    word = f"**{what}**" if what == "gains" else what
    return Finding(
        text=f"`{change.name}` {word} {told}{warning}",
        details={"urn": change.urn, "what": what, **grant._asdict()},
    )
