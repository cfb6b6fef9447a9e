"""A container as plain data: what Kubernetes would start, without Kubernetes.

Both sides of the emulator's promise are expressed in it: what is started here (`processes.py`, a Job's
manifest) and what the chart renders (the conformance test).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from emulator.errors import EmulatorError

ObjectKind = Literal["Secret", "ConfigMap"]


@dataclass(frozen=True)
class KeyOf:
    """One entry of a Secret or ConfigMap of the container's namespace."""

    kind: ObjectKind
    name: str
    key: str


@dataclass(frozen=True)
class Variable:
    """An environment variable: its text, or where to read it."""

    name: str
    source: str | KeyOf


@dataclass(frozen=True)
class Volume:
    """Where a mount's files come from; `name` is the object's for Secret, ConfigMap and Claim, else the
    volume's. A PodClaim is one that a StatefulSet makes for each of its pods."""

    kind: Literal["Secret", "ConfigMap", "Empty", "Claim", "PodClaim"]
    name: str


@dataclass(frozen=True)
class Mount:
    """Files of a volume at a path of the container; with `sub_path` one entry of it."""

    path: str
    volume: Volume
    sub_path: str = ""
    read_only: bool = False


@dataclass(frozen=True, kw_only=True)
class Container:
    """What is started. `command` replaces the image's entry point, `args` its arguments."""

    name: str
    image: str
    command: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    env: tuple[Variable, ...] = ()
    mounts: tuple[Mount, ...] = field(default=())

    def __post_init__(self) -> None:
        """Puts the mounts in the order of their paths: they have none themselves, and the chart's varies."""
        object.__setattr__(self, "mounts", tuple(sorted(self.mounts, key=lambda m: m.path)))


def parse_volume(manifest: Mapping[str, Any]) -> Volume:
    """A pod's volume. Entries chosen by `items` are not emulated, and nothing here needs them."""
    name = manifest["name"]
    source = manifest.get("configMap") or manifest.get("secret") or {}
    if source.get("items"):
        raise EmulatorError(f"volume {name}: `items` is not emulated; mount the entries by subPath.")
    if "configMap" in manifest:
        return Volume("ConfigMap", source["name"])
    if "secret" in manifest:
        return Volume("Secret", source["secretName"])
    if "emptyDir" in manifest:
        return Volume("Empty", name)
    if "persistentVolumeClaim" in manifest:
        return Volume("Claim", manifest["persistentVolumeClaim"]["claimName"])
    raise EmulatorError(
        f"volume {name}: only configMap, secret, emptyDir and persistentVolumeClaim are emulated."
    )


def parse_variable(manifest: Mapping[str, Any]) -> Variable:
    """An entry of `env`."""
    name, reference = manifest["name"], manifest.get("valueFrom")
    if not reference:
        return Variable(name, str(manifest.get("value", "")))
    if secret := reference.get("secretKeyRef"):
        return Variable(name, KeyOf("Secret", secret["name"], secret["key"]))
    if config := reference.get("configMapKeyRef"):
        return Variable(name, KeyOf("ConfigMap", config["name"], config["key"]))
    raise EmulatorError(f"variable {name}: only secretKeyRef and configMapKeyRef are emulated.")


def parse_mounts(mounts: Sequence[Mapping[str, Any]], volumes: Mapping[str, Volume]) -> tuple[Mount, ...]:
    """A container's volume mounts; `volumes` are the pod's by name."""
    found = []
    for mount in mounts:
        if mount["name"] not in volumes:
            raise EmulatorError(f"mount {mount['mountPath']}: the pod has no volume {mount['name']}.")
        volume = volumes[mount["name"]]
        sub_path, read_only = str(mount.get("subPath", "")), bool(mount.get("readOnly"))
        found.append(Mount(mount["mountPath"], volume, sub_path, read_only))
    return tuple(found)


def parse_container(manifest: Mapping[str, Any], volumes: Mapping[str, Volume]) -> Container:
    """A container of a pod's manifest."""
    if manifest.get("envFrom"):
        raise EmulatorError(f"container {manifest['name']}: envFrom is not emulated; name the variables.")
    return Container(
        name=manifest["name"],
        image=manifest.get("image", ""),
        command=tuple(manifest.get("command") or ()),
        args=tuple(manifest.get("args") or ()),
        env=tuple(parse_variable(entry) for entry in manifest.get("env") or ()),
        mounts=parse_mounts(manifest.get("volumeMounts") or (), volumes),
    )


def parse_volumes(pod: Mapping[str, Any], claims: Sequence[str] = ()) -> dict[str, Volume]:
    """The volumes of a pod's specification by name, with the claims that a StatefulSet adds."""
    found = {manifest["name"]: parse_volume(manifest) for manifest in pod.get("volumes") or ()}
    return {**found, **{name: Volume("PodClaim", name) for name in claims}}
