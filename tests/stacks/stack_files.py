"""Stack files as the engine hands them over, with changes, and what `load()` makes of them."""

import asyncio
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pulumi
import yaml
from pulumi.runtime import mocks
from pulumi.runtime.config import set_all_config
from pulumi.runtime.stack import wait_for_rpcs

from stacks.settings import Settings, load

ROOT = Path(__file__).resolve().parents[2]
PROJECT = "airflow"
GIVEN_SECRETS = [f"{PROJECT}:git_ssh_key", f"{PROJECT}:git_token"]
STACKS = sorted(path.name.split(".")[1] for path in (ROOT / "stacks").glob("Pulumi.*.yaml"))


class NoCloud(mocks.Mocks):
    """Settings are read before anything exists; a registration or look-up here is a mistake."""

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        raise AssertionError(f"{args.name} is registered while settings are read")

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        raise AssertionError(f"{args.token} is called while settings are read")


@cache
def sections(stack: str) -> dict[str, Any]:
    """The project's sections of a committed stack file, without the project's name; read once."""
    config = yaml.safe_load((ROOT / "stacks" / f"Pulumi.{stack}.yaml").read_text())["config"]
    return {key.removeprefix(f"{PROJECT}:"): v for key, v in config.items() if key.startswith(f"{PROJECT}:")}


def changed(base: Any, change: Any) -> Any:
    """`base` with `change` merged into it, key by key."""
    if isinstance(base, Mapping) and isinstance(change, Mapping):
        return {**base, **{key: changed(base.get(key), value) for key, value in change.items()}}
    return change


def without(base: dict[str, Any], path: str) -> dict[str, Any]:
    """`base` without the key at a dotted path."""
    first, _, rest = path.partition(".")
    if not rest:
        return {key: value for key, value in base.items() if key != first}
    return {**base, first: without(base[first], rest)}


def loaded(content: Mapping[str, Any], *, encrypted: bool = True) -> Settings:
    """What `load()` returns for these sections; they arrive as JSON text, as from the engine."""
    config = {
        f"{PROJECT}:{key}": value if isinstance(value, str) else json.dumps(value)
        for key, value in content.items()
        if value is not None
    }
    loop = asyncio.new_event_loop()  # its own: whatever ran before may have left none
    asyncio.set_event_loop(loop)
    pulumi.runtime.set_mocks(NoCloud(), project=PROJECT, stack="test")
    set_all_config(config, GIVEN_SECRETS if encrypted else [])
    try:
        return load()
    finally:
        # set_mocks registers the root stack, a secret is a pending Output: both end before their loop.
        loop.run_until_complete(wait_for_rpcs())
        set_all_config({}, [])
        pulumi.runtime.settings.reset_options()
        loop.close()
        asyncio.set_event_loop(None)


def complaints(content: Mapping[str, Any], *, encrypted: bool = True) -> list[str]:
    """The lines that `load()` refuses these sections with; none if it takes them."""
    try:
        loaded(content, encrypted=encrypted)
    except pulumi.RunError as refusal:
        title, *lines = str(refusal).splitlines()
        assert title == "Stack configuration is not valid:"
        return [line.strip() for line in lines]
    return []
