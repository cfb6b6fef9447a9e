"""`python -m offline STACK`: what a stack would register, without engine, login or cloud."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter

import pulumi
from rich.console import Console
from rich.tree import Tree

from offline.chart import RELEASE
from offline.graph import Graph, Resource, redact
from offline.program import record, stack_names


def main(arguments: list[str] | None = None) -> int:
    """Print the tree (default), the graph (`--json`) or the Helm values (`--values`); 1 if it is invalid."""
    parser = argparse.ArgumentParser(prog="python -m offline", description=__doc__)
    parser.add_argument("stack", help=f"one of {', '.join(stack_names())}")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="the canonical graph, secrets redacted")
    form.add_argument("--values", action="store_true", help="the values that Helm would get")
    chosen = parser.parse_args(arguments)
    try:
        graph = record(chosen.stack)
    except (pulumi.RunError, LookupError) as problem:
        print(problem, file=sys.stderr)
        return 1
    if chosen.json:
        print(graph.to_json(), end="")
    elif chosen.values:
        values = redact(graph.only(RELEASE).inputs["values"])
        print(json.dumps(values, indent=2, sort_keys=True, ensure_ascii=False))
    else:
        _print_tree(chosen.stack, graph)
    return 0


def _print_tree(stack: str, graph: Graph) -> None:
    # Piped output is not cut to a terminal width that it does not have.
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 160)
    tree = Tree(f"[bold]{stack}[/]: {len(graph.resources)} resources")
    for resource in graph.resources:
        if not resource.parent:
            _add(tree, resource, graph)
    console.print(tree)
    types = Counter(r.type.split(":")[0] for r in graph.resources if r.custom)
    console.print("Providers: " + ", ".join(f"{count} {name}" for name, count in sorted(types.items())))
    protected = [r.name for r in graph.resources if r.protect]
    console.print(f"Protected: {', '.join(protected) or 'none'}")
    console.print("Exports:")
    for name, value in sorted(redact(dict(graph.exports)).items()):
        console.print(f"  {name} = {value}", markup=False)


def _add(branch: Tree, resource: Resource, graph: Graph) -> None:
    mark = " [yellow](protected)[/]" if resource.protect else ""
    node = branch.add(f"{resource.name} [dim]{resource.type}[/]{mark}")
    for child in graph.resources:
        if child.parent == resource.urn:
            _add(node, child, graph)


if __name__ == "__main__":
    sys.exit(main())
