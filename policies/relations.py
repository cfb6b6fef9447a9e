"""Which resources belong together: what a bucket, a topic or a database needs often stands in another."""

from __future__ import annotations

import json

from offline.graph import Graph, Resource
from policies.rule import at

AWS_PROVIDER = "pulumi:providers:aws"


def refers(part: Resource, path: str, whole: Resource) -> bool:
    """Whether the property at `path` is the other resource: by its dependency, else by a name written out.

    Raises NotKnown where neither tells.
    """
    if depends := part.property_dependencies.get(path.split(".")[0]):
        return whole.urn in depends
    names = {str(whole.outputs[key]) for key in ("id", "arn", "name", "bucket") if whole.outputs.get(key)}
    return str(at(part.inputs, path)) in names


def parts_of(whole: Resource, type_: str, path: str, graph: Graph) -> list[Resource]:
    """Those of a type whose property at `path` is this resource. All count: the cloud keeps the last."""
    return [part for part in graph.of_type(type_) if refers(part, path, whole)]


def named_by(whole: Resource, path: str, type_: str, graph: Graph) -> Resource | None:
    """The resource of a type that this one's property at `path` is; None where the stack has no such."""
    return next((r for r in graph.of_type(type_) if refers(whole, path, r)), None)


def own_accounts(graph: Graph) -> set[str]:
    """Numbers of the accounts that the AWS provider is allowed to work in."""
    found: set[str] = set()
    for provider in graph.of_type(AWS_PROVIDER):
        given = at(provider.inputs, "allowedAccountIds")
        found.update(json.loads(given) if isinstance(given, str) and given else given or ())
    return found
