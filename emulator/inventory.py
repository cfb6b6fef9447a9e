"""What the emulator starts for each stack, in a form that people and tests can compare.

`emulator/inventory/<stack>.json` is committed. `python -m emulator.inventory`, with AIRFLOW_CHART naming the
chart's .tgz, renders the chart for every stack, refuses if an emulated process differs from the rendered one,
and writes the files. Without the chart a test compares them with the stacks: a changed value fails until they
are made anew.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import offline
from emulator import chart_rendering
from emulator.containers import Container, Mount, Variable
from emulator.errors import EmulatorError
from emulator.processes import Process, Release, describe
from offline.chart import RELEASE, VARIABLE, render
from offline.graph import plain

FOLDER = Path(__file__).with_name("inventory")
STACKS = Path(__file__).resolve().parent.parent / "stacks"

_DIGEST = re.compile(r"(?<![0-9A-Za-z])(?!\d{12}(?![0-9A-Za-z]))[0-9a-f]{7,64}(?![0-9A-Za-z])")
"""Digests in names and annotations follow the content of secrets and files, at which the chart never looks.
Twelve digits are an account."""

Inventory = dict[str, Any]


def stacks() -> list[str]:
    """Every stack that has a file."""
    return sorted(file.stem.removeprefix("Pulumi.") for file in STACKS.glob("Pulumi.*.yaml"))


def without_digests(value: Any) -> Any:
    """`value` with each digest replaced by the word DIGEST."""
    if isinstance(value, Mapping):
        return {key: without_digests(item) for key, item in value.items()}
    if isinstance(value, list):
        return [without_digests(item) for item in value]
    return _DIGEST.sub("DIGEST", value) if isinstance(value, str) else value


def release_inputs(stack: str, overrides: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Name, namespace and values of a stack's release, without digests."""
    (release,) = offline.record(stack, overrides=overrides).of_type(RELEASE)
    inputs = plain(release.inputs)
    return without_digests({key: inputs[key] for key in ("name", "namespace", "values")})


def emulated(inputs: Mapping[str, Any]) -> Inventory:
    """What the emulator would start."""
    release = describe(inputs["values"], name=inputs["name"], namespace=inputs["namespace"])
    return _inventory(inputs, {p.component: p for p in release.processes}, release.files)


def rendered(inputs: Mapping[str, Any], chart: Path) -> Inventory:
    """What the chart would start."""
    names = {"name": inputs["name"], "namespace": inputs["namespace"]}
    manifests = render(chart, inputs["values"], **names)
    release: Release = describe(inputs["values"], **names)
    files = chart_rendering.files(manifests, release.config_map)
    # The pod template is for KubernetesExecutor's own pods; they are not emulated.
    files.pop("pod_template_file.yaml", None)
    return _inventory(inputs, chart_rendering.processes(manifests), files)


def _inventory(
    inputs: Mapping[str, Any], processes: Mapping[str, Process], files: Mapping[str, str]
) -> Inventory:
    values = json.dumps(inputs, sort_keys=True).encode()
    return {
        "values_sha256": hashlib.sha256(values).hexdigest(),
        "processes": {component: _process(processes[component]) for component in sorted(processes)},
        "files": {name: files[name].split("\n") for name in sorted(files)},
    }


def _process(process: Process) -> Inventory:
    return {
        "replicas": process.replicas,
        "termination_grace_seconds": process.termination_grace_seconds,
        "annotations": dict(sorted(process.annotations.items())),
        "container": _container(process.container),
        "check": _container(process.check) if process.check else None,
        "init": [_container(container) for container in process.init],
        "sidecars": [_container(container) for container in process.sidecars],
    }


def _container(container: Container) -> Inventory:
    return {
        "name": container.name,
        "image": container.image,
        "command": list(container.command),
        "args": list(container.args),
        "env": [_variable(variable) for variable in container.env],
        "mounts": [_mount(mount) for mount in container.mounts],
    }


def _variable(variable: Variable) -> str:
    source = variable.source
    if isinstance(source, str):
        return f"{variable.name} = {source}"
    return f"{variable.name} <- {source.kind} {source.name}/{source.key}"


def _mount(mount: Mount) -> str:
    entry = f"/{mount.sub_path}" if mount.sub_path else ""
    mode = " (read only)" if mount.read_only else ""
    return f"{mount.path} <- {mount.volume.kind} {mount.volume.name}{entry}{mode}"


def file(stack: str) -> Path:
    """Where a stack's inventory is committed."""
    return FOLDER / f"{stack}.json"


def main() -> None:
    """Makes the inventories of all stacks anew."""
    chart = os.environ.get(VARIABLE)
    if not chart:
        raise EmulatorError(f"set {VARIABLE} to the chart's .tgz.")
    FOLDER.mkdir(exist_ok=True)
    for stack in stacks():
        inputs = release_inputs(stack)
        ours, charts = emulated(inputs), rendered(inputs, Path(chart))
        if ours != charts:
            raise EmulatorError(f"{stack}: the emulator differs from the chart; see test_conformance.py.")
        file(stack).write_text(json.dumps(ours, indent=1, ensure_ascii=False) + "\n")
        print(f"{file(stack).relative_to(STACKS.parent)}: {len(ours['processes'])} processes")


if __name__ == "__main__":
    try:
        main()
    except EmulatorError as error:
        sys.exit(f"inventory: {error}")
