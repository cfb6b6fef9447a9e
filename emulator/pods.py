"""A container's files and environment, laid out in the state folder.

`<state>/pods/<pod>/` stands for the root of the container's file system. Files are written anew only where
their content changed; the pod's hash covers all of them, so that a process restarts when its files change,
as Kubernetes restarts pods whose template changes.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from emulator.airflow_substitutions import image_environment
from emulator.containers import Container, KeyOf, Mount, Variable, Volume
from emulator.errors import EmulatorError
from emulator.files import private_folder, remove, write_private
from emulator.machine import Machine

HASH = "EMULATOR_POD_HASH"
_BUILT_IN_COMMANDS = ("airflow", "bash", "python")
"""What the image's entry point runs as it is; anything else is an argument of `airflow`."""


@dataclass(frozen=True, kw_only=True)
class Pod:
    """A container ready to be started."""

    root: Path
    command: list[str]
    environment: dict[str, str] = field(repr=False)
    """Holds secrets."""


class Pods:
    """Lays out containers of one namespace."""

    def __init__(
        self,
        machine: Machine,
        namespace: str,
        config_maps: Mapping[str, Mapping[str, str]] | None = None,
        text: Callable[[str], str] = str,
    ) -> None:
        """`config_maps`: those that the chart makes, by name; `text`: further substitutions."""
        self._machine = machine
        self._namespace = namespace
        self._config_maps = config_maps or {}
        self._text = text

    def prepare(
        self,
        name: str,
        container: Container,
        annotations: Mapping[str, str] | None = None,
        links: Mapping[str, Path] | None = None,
    ) -> Pod:
        """Writes the files of a pod. `links`: folders of the container that stand for folders of ours."""
        root = private_folder(self._machine.state.pods / name)
        files: dict[str, bytes] = {}
        made: dict[str, str] = {path: str(target) for path, target in (links or {}).items()}
        for mount in container.mounts:
            self._mount(root, mount, files, made)
        self._write(root, files, made)
        digest = _digest(files, made, {**(annotations or {}), "image": container.image})
        environment = {
            **image_environment(),
            **self._machine.substitutions.environment(),
            **{variable.name: self._value(root, variable) for variable in container.env},
            HASH: digest,
        }
        command = [*container.command, *container.args]
        if not container.command and command[0] not in _BUILT_IN_COMMANDS:
            command = ["airflow", *command]
        return Pod(
            root=root,
            command=[self._machine.substitutions.text(part, root) for part in command],
            environment=environment,
        )

    def _substituted(self, root: Path, content: bytes) -> bytes:
        try:
            text = content.decode()
        except UnicodeDecodeError:
            return content
        return self._text(self._machine.substitutions.text(text, root)).encode()

    def _value(self, root: Path, variable: Variable) -> str:
        if isinstance(variable.source, str):
            content = variable.source.encode()
        else:
            content = self._entry(variable.source)
        return self._substituted(root, content).decode()

    def _entry(self, reference: KeyOf) -> bytes:
        entries = self._entries(Volume(reference.kind, reference.name))
        if reference.key not in entries:
            raise EmulatorError(f"{reference.kind} {reference.name} has no key {reference.key}.")
        return entries[reference.key]

    def _entries(self, volume: Volume) -> Mapping[str, bytes]:
        """Key to content of a Secret or ConfigMap."""
        if volume.kind == "ConfigMap" and volume.name in self._config_maps:
            return {key: text.encode() for key, text in self._config_maps[volume.name].items()}
        folder = self._machine.state.kubernetes / self._namespace / volume.kind / volume.name
        if not folder.is_dir():
            raise EmulatorError(f"there is no {volume.kind} {volume.name} in namespace {self._namespace}.")
        return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}

    def _mount(self, root: Path, mount: Mount, files: dict[str, bytes], links: dict[str, str]) -> None:
        """Adds what a mount brings to `files` (path in the container -> content) and to `links`."""
        if mount.volume.kind == "Claim":
            claim = self._machine.state.claims / self._namespace / mount.volume.name
            links[mount.path] = str(private_folder(claim / mount.sub_path))
            return
        if mount.volume.kind not in ("Secret", "ConfigMap"):
            if mount.path not in links and not any(link.startswith(f"{mount.path}/") for link in links):
                private_folder(_inside(root, mount.path))
            return
        entries = {k: self._substituted(root, v) for k, v in self._entries(mount.volume).items()}
        if not mount.sub_path:
            # The kubelet's layout: all entries change at once, when `..data` is pointed elsewhere.
            version = f"..{_digest(entries, {}, {})[:16]}"
            files.update({f"{mount.path}/{version}/{key}": body for key, body in entries.items()})
            links[f"{mount.path}/..data"] = version
            links.update({f"{mount.path}/{key}": f"..data/{key}" for key in entries})
        elif mount.sub_path in entries:
            files[mount.path] = entries[mount.sub_path]
        else:
            # The kubelet makes a folder of an entry that is not there, and so does the chart's scheduler
            # get one for the pod template that only KubernetesExecutor has.
            private_folder(_inside(root, mount.path))

    def _write(self, root: Path, files: Mapping[str, bytes], links: Mapping[str, str]) -> None:
        record = root.with_name(f"{root.name}.json")
        known = set(json.loads(record.read_text())) if record.exists() else set()
        for path in sorted(known - {*files, *links}, reverse=True):
            remove(_inside(root, path))
        write_private(record, json.dumps(sorted(known | {*files, *links})))
        for path, content in files.items():
            write_private(_inside(root, path), content)
        for path, target in links.items():
            _link(_inside(root, path), target)
        write_private(record, json.dumps(sorted({*files, *links})))


def _inside(root: Path, path: str) -> Path:
    """A path of the container on this machine."""
    inside = root / path.lstrip("/")
    if ".." in inside.parts:
        raise EmulatorError(f"mount path {path} leads out of the pod.")
    return inside


def _link(path: Path, target: str) -> None:
    if path.is_symlink() and os.readlink(path) == target:
        return
    private_folder(path.parent)
    if path.exists() and not path.is_symlink():
        remove(path)
    temporary = path.with_name(f"{path.name}.new")
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(target)
    os.replace(temporary, path)


def _digest(files: Mapping[str, bytes], links: Mapping[str, str], annotations: Mapping[str, str]) -> str:
    listing = [
        sorted((path, hashlib.sha256(content).hexdigest()) for path, content in files.items()),
        sorted(links.items()),
        sorted(annotations.items()),
    ]
    return hashlib.sha256(json.dumps(listing).encode()).hexdigest()
