"""What each golden file holds.

* `<stack>.txt`: type and logical name of every resource. A renamed one is deleted and made anew: it needs an
  alias.
* `exports.txt`: names of the outputs, which other programs read.
* `connections.txt`: what each database class accepts, what stacks of two and of eight of everything ask for.
* `refused.txt`: the lines of an account, or of a value past the settings, that is not as it must be.
* `settings.txt`: values at the edge of what a stack file may say, taken or refused.
* `arguments.txt`: what each argument of a component is where nobody gives it.
* `<stack>.values.yaml`: what Airflow's chart is given.
* `prod.resources.yaml`: every other resource of production: what it is set to, what is made before it, what
  protects it. Policy documents are opened; a generated secret is `[secret]`, what stands around it is shown.
* `everything.*`, `least.*`: prod as `everything.yaml` and `least.yaml` change it; of its resources those that
  then differ from prod's.
"""

from __future__ import annotations

import dataclasses
import hashlib
import importlib
import itertools
import json
import pkgutil
from collections.abc import Callable, Collection, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

import yaml

import components
from offline import Graph, Resource, Secret, plain, record, redact, stack_names
from offline.graph import REDACTED
from tests.golden import refused, tried
from tests.recorded import recorded

FOLDER = Path(__file__).parent
RELEASE = "kubernetes:helm.sh/v3:Release"
CHANGED = ("everything", "least")
"""Prod with all that is optional, and with nothing of it."""
LONG = 1_000
"""Texts above this are scripts and certificates, which have a file of their own: only a change shows."""


@cache
def graph(stack: str) -> Graph:
    """A stack as it is committed, or prod with changes."""
    if stack not in CHANGED:
        return recorded(stack)
    return record("prod", overrides=yaml.safe_load((FOLDER / f"{stack}.yaml").read_text()))


def names(stack: str) -> str:
    """One line per resource."""
    ordered = sorted(graph(stack).resources, key=lambda r: (r.type, r.name))
    return "".join(f"{r.type} {r.name}\n" for r in ordered)


def exports() -> str:
    """One line per output."""
    return "".join(f"{name}\n" for name in sorted(graph("prod").exports))


def connections() -> str:
    """One line per class, then per executor the sum written out."""
    from components import capacity, executors  # the program is imported late: a weakened one can be judged
    from stacks.airflow_sections import EXECUTORS

    classes = capacity.MEMORY_GIB.items()
    lines = [f"{name}: {gib} GiB, {capacity.max_connections(name)} connections\n" for name, gib in classes]
    for executor, replicas in itertools.product(EXECUTORS, (2, 8)):
        demand = capacity.Demand(
            replicas=dict.fromkeys(executors.deployments(executor), replicas),
            finishing=executors.finishing(executor),
            worker_concurrency=8,
        )
        lines.append(f"{executor}: {capacity.budget('db.m7g.large', demand).explain()}\n")
    return "".join(lines)


def arguments() -> str:
    """One line per default of the dataclasses in components/."""
    lines = []
    for module in sorted(item.name for item in pkgutil.iter_modules(components.__path__)):
        found = vars(importlib.import_module(f"components.{module}")).values()
        classes = (cls for cls in found if isinstance(cls, type) and dataclasses.is_dataclass(cls))
        own = (cls for cls in classes if cls.__module__ == f"components.{module}")
        fields = [(cls.__name__, field) for cls in own for field in _optional(cls)]
        lines += [f"{module}.{name}.{field.name} = {_default(field)}\n" for name, field in fields]
    return "".join(lines)


def _optional(cls: Any) -> list[dataclasses.Field[Any]]:
    missing = dataclasses.MISSING
    return [f for f in dataclasses.fields(cls) if (f.default, f.default_factory) != (missing, missing)]


def _default(field: dataclasses.Field[Any]) -> str:
    given = field.default_factory
    return repr(field.default if given is dataclasses.MISSING else given())


def values(stack: str) -> str:
    """The chart's values."""
    return _yaml(_open(redact(graph(stack).only(RELEASE).inputs["values"])))


def resources(stack: str, *, besides: str | None = None) -> str:
    """All resources, or those that are not the same in another stack."""
    known = _described(besides) if besides else {}
    found = _described(stack)
    return _yaml({name: shown for name, shown in found.items() if known.get(name) != shown})


@cache
def _described(stack: str) -> dict[str, Any]:
    generated = {text for r in graph(stack).resources if r.type.startswith("random:") for text in _texts(r)}
    found = {r.name: _resource(r, generated) for r in graph(stack).resources if r.custom}
    return {"": {"exports": redact(graph(stack).exports)}, **found}


def _texts(resource: Resource) -> set[str]:
    texts = {str(v) for v in plain(resource.outputs).values() if isinstance(v, str) and len(v) >= 12}
    return texts | {text.replace("+", "-").replace("/", "_") for text in texts}


def _resource(resource: Resource, generated: set[str]) -> dict[str, Any]:
    options = {
        "after": sorted({urn.rpartition("::")[2] for urn in resource.dependencies}),
        "protect": resource.protect,
        "ignore_changes": list(resource.ignore_changes),
        "create_timeout": resource.create_timeout,
    }
    inputs = {k: v for k, v in resource.inputs.items() if resource.type != RELEASE or k != "values"}
    shown = _open(inputs, generated)
    return {"type": resource.type, **{k: v for k, v in options.items() if v}, "inputs": shown}


def _open(value: Any, generated: Collection[str] = ()) -> Any:
    """As a reader wants it: JSON texts opened, long texts counted, generated secrets closed."""
    if isinstance(value, Secret):
        return _closed(value.value, generated)
    if isinstance(value, Mapping):
        return {key: _open(item, generated) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_open(item, generated) for item in value]
    if not isinstance(value, str):
        return value
    if value.startswith(("{", "[")):
        try:
            return _open(json.loads(value), generated)
        except ValueError:
            return value
    if len(value) > LONG:
        return f"{len(value)} characters, sha256 {hashlib.sha256(value.encode()).hexdigest()[:12]}"
    return value


def _closed(value: Any, generated: Collection[str]) -> Any:
    """What is secret, with that said, and without what was generated."""
    if isinstance(value, Mapping):
        return {key: _closed(item, generated) for key, item in value.items()}
    text = str(value)
    for secret in generated:
        text = text.replace(secret, REDACTED)
    return REDACTED if text == str(value) or text == REDACTED else f"{REDACTED} {text}"


def _yaml(value: Any) -> str:
    return yaml.dump(value, Dumper=_Dumper, sort_keys=True, width=110, allow_unicode=True)


def _lines(dumper: Any, text: str) -> Any:
    """Lines of a text stand on lines of their own."""
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper = type("_Dumper", (getattr(yaml, "CSafeDumper", yaml.SafeDumper),), {})
_Dumper.add_representer(str, _lines)


TEXTS: dict[str, Callable[[], str]] = {
    **{f"{stack}.txt": partial(names, stack) for stack in stack_names()},
    "exports.txt": exports,
    "arguments.txt": arguments,
    "connections.txt": connections,
    "settings.txt": tried.settings,
    "refused.txt": lambda: refused.account() + refused.arguments(),
    **{f"{stack}.values.yaml": partial(values, stack) for stack in (*stack_names(), *CHANGED)},
    "prod.resources.yaml": partial(resources, "prod"),
    **{f"{name}.resources.yaml": partial(resources, name, besides="prod") for name in CHANGED},
}
"""Name of the file to what writes it."""
