"""Runs a stack's untouched program without an engine: the only way to get a Graph."""

from __future__ import annotations

import asyncio
import json
import runpy
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pulumi
import yaml
from pulumi.runtime import mocks, settings, stack
from pulumi.runtime.config import set_all_config

from offline.graph import Graph
from offline.monitor import Backend, Monitor
from offline.static import StaticBackend

ROOT = Path(__file__).resolve().parents[1]
PROJECT = "airflow"
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The safe one; in C, where the wheel has it, it takes a tenth of the 26 ms that a stack file costs."""
# Stands for a `secure:` value: only the stack's secrets provider can open it.
_ENCRYPTED = "encrypted-in-the-stack-file"


def run(
    stack_name: str,
    backend: Backend,
    *,
    preview: bool = False,
    previous: Graph | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> Graph:
    """Run `__main__.py` with the stack's real file and return what it registered.

    `previous` is what an earlier run made (handed to `backend.ensure`), `overrides` replaces single
    values of the project's configuration. Raises pulumi.RunError for an invalid stack file, and the
    backend's own error when it fails.
    """
    config, secret_keys = stack_config(stack_name, overrides)
    return _run(_main, stack_name, config, secret_keys, Monitor(backend, previous, preview=preview))


def record(stack_name: str, *, preview: bool = False, overrides: Mapping[str, Any] | None = None) -> Graph:
    """`run` with answers from data instead of a cloud: the same program gives the same graph."""
    backend = static_backend(stack_name, overrides)
    return run(stack_name, backend, preview=preview, overrides=overrides)


def static_backend(stack_name: str, overrides: Mapping[str, Any] | None = None) -> StaticBackend:
    """Answers from data for the account that the stack file names."""
    account = dict(_read(stack_name, overrides).get("airflow:account") or {})
    return StaticBackend(str(account.get("id", "")), str(account.get("region", "")))


def record_program(
    program: Callable[[], object], *, preview: bool = False, stack_name: str = "test"
) -> Graph:
    """The graph of any program, such as one that builds a single component."""
    backend = StaticBackend("111122223333", "us-east-1")
    return _run(program, stack_name, {}, [], Monitor(backend, None, preview=preview))


def stack_names() -> list[str]:
    """Every stack that has a file."""
    return sorted(path.name.split(".")[1] for path in (ROOT / "stacks").glob("Pulumi.*.yaml"))


def stack_config(
    stack_name: str, overrides: Mapping[str, Any] | None = None
) -> tuple[dict[str, str], list[str]]:
    """The stack file's configuration as the engine hands it over, and which keys are secret."""
    values, secret_keys = {}, []
    for key, value in _read(stack_name, overrides).items():
        if isinstance(value, Mapping) and set(value) == {"secure"}:
            secret_keys.append(key)
            value = _ENCRYPTED
        values[key] = value if isinstance(value, str) else json.dumps(value)
    return values, secret_keys


def _read(stack_name: str, overrides: Mapping[str, Any] | None) -> dict[str, Any]:
    path = ROOT / "stacks" / f"Pulumi.{stack_name}.yaml"
    if not path.exists():
        known = ", ".join(stack_names())
        raise pulumi.RunError(f"stacks/{path.name}: no such stack file; there are {known}")
    config = yaml.load(path.read_text(), Loader=LOADER).get("config") or {}  # noqa: S506 - a safe one
    named = {key if ":" in key else f"{PROJECT}:{key}": value for key, value in config.items()}
    for key, value in (overrides or {}).items():
        name = key if ":" in key else f"{PROJECT}:{key}"
        named[name] = merged(named.get(name), value)
    return {key: value for key, value in named.items() if value is not None}


def merged(base: Any, change: Any) -> Any:
    """`base` with the values of `change`; mappings are merged key by key."""
    if isinstance(base, Mapping) and isinstance(change, Mapping):
        return {**base, **{key: merged(base.get(key), value) for key, value in change.items()}}
    return change


def _main() -> None:
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
    runpy.run_path(str(ROOT / "__main__.py"), run_name="__main__")


def _run(
    program: Callable[[], object],
    stack_name: str,
    config: Mapping[str, str],
    secret_keys: list[str],
    monitor: Monitor,
) -> Graph:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    # The first error is raised below; what it took down with it would only repeat it as tracebacks.
    loop.set_exception_handler(lambda *_: None)
    try:
        settings.reset_options(project=PROJECT, stack=stack_name)
        mocks.set_mocks(
            monitor.mocks, project=PROJECT, stack=stack_name, preview=monitor.preview, monitor=monitor
        )
        set_all_config(dict(config), list(secret_keys))
        # set_mocks has made and closed a root stack; without this a second one is refused.
        settings.set_root_resource(None)  # type: ignore[arg-type]
        with _short_tracebacks():
            loop.run_until_complete(_until_idle(program))
    except Exception as failure:
        raise (monitor.errors or [failure])[0] from None
    finally:
        settings.reset_options()
        loop.run_until_complete(_end_leftovers())
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()
        asyncio.set_event_loop(None)
    if monitor.errors:
        raise monitor.errors[0]
    return monitor.graph()


@contextmanager
def _short_tracebacks() -> Iterator[None]:
    """The SDK notes the whole stack at each registration; no graph keeps it, it took a fourth of the time."""
    limit = getattr(sys, "tracebacklimit", None)
    sys.tracebacklimit = 1
    try:
        yield
    finally:
        if limit is None:
            del sys.tracebacklimit
        else:
            sys.tracebacklimit = limit


async def _end_leftovers() -> None:
    """What a failed program was still waiting for, such as look-ups beside the one that failed."""
    leftovers = asyncio.all_tasks() - {asyncio.current_task()}
    for task in leftovers:
        task.cancel()
    await asyncio.gather(*leftovers, return_exceptions=True)


async def _until_idle(program: Callable[[], object]) -> None:
    def body() -> None:
        program()

    await stack.run_in_stack(body)
