"""Kubernetes objects as files: `<namespace>/<Kind>/<name>/`, in the layout that a pod would see mounted."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from emulator.files import private_folder, remove, write_private
from emulator.machine import Machine
from offline.graph import Resource, plain

SECRET = "kubernetes:core/v1:Secret"  # noqa: S105 - a resource type
CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
RECORDED = {
    "kubernetes:core/v1:LimitRange": "pod scheduling is not emulated",
    "kubernetes:core/v1:Namespace": "a folder; Pod Security is not enforced",
    "kubernetes:core/v1:ResourceQuota": "pod scheduling is not emulated",
    "kubernetes:core/v1:ServiceAccount": "IAM is not enforced",
    "kubernetes:networking.k8s.io/v1:NetworkPolicy": "all processes share the loopback network",
    "kubernetes:rbac.authorization.k8s.io/v1:Role": "there is no Kubernetes API to guard",
    "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding": "there is no Kubernetes API to guard",
}
"""Kept as their manifest alone; the reason says what the emulator does not do with them."""


class Kubernetes:
    """A Secret is a folder of private files, a ConfigMap one with the kubelet's `..data` link."""

    types = frozenset({SECRET, CONFIG_MAP, *RECORDED})

    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    def ensure(self, resource: Resource, previous: Resource | None) -> dict[str, Any]:
        """Writes the object's files; those with the same content are left alone."""
        outputs = self._machine.computed(resource)
        folder, body = self._folder(outputs), plain(resource.inputs)
        if resource.type == SECRET:
            _write_folder(folder, _entries(body, "stringData", "data"))
        elif resource.type == CONFIG_MAP:
            _write_mounted(folder, self._substituted(body))
        else:
            write_private(folder / "manifest.json", json.dumps(body, indent=1, sort_keys=True) + "\n")
        return outputs

    def delete(self, resource: Resource) -> None:
        """Removes the object's folder."""
        remove(self._folder(plain(resource.outputs) or self._machine.computed(resource)))

    def _folder(self, outputs: Mapping[str, Any]) -> Path:
        metadata = plain(outputs["metadata"])
        kind = outputs["kind"]
        return (
            self._machine.state.kubernetes / metadata.get("namespace", "_cluster") / kind / metadata["name"]
        )

    def _substituted(self, body: Mapping[str, Any]) -> dict[str, bytes]:
        texts = {
            key: self._machine.substitutions.file(key, text) for key, text in body.get("data", {}).items()
        }
        return _entries({"data": texts, "binaryData": body.get("binaryData", {})}, "data", "binaryData")


def _entries(body: Mapping[str, Any], text: str, encoded: str) -> dict[str, bytes]:
    """File name to content; texts win over base64, as the API server merges them."""
    raw = {key: base64.b64decode(value) for key, value in (body.get(encoded) or {}).items()}
    return {**raw, **{key: value.encode() for key, value in (body.get(text) or {}).items()}}


def _write_folder(folder: Path, entries: Mapping[str, bytes]) -> None:
    private_folder(folder)
    for name, content in entries.items():
        write_private(folder / name, content)
    for path in folder.iterdir():
        if path.name not in entries:
            remove(path)


def _write_mounted(folder: Path, entries: Mapping[str, bytes]) -> None:
    """The kubelet's layout: `key -> ..data/key` and `..data -> ..<version>`, so all keys change at once."""
    listing = json.dumps(
        {name: hashlib.sha256(body).hexdigest() for name, body in entries.items()}, sort_keys=True
    )
    version = f"..{hashlib.sha256(listing.encode()).hexdigest()[:16]}"
    _write_folder(folder / version, entries)
    _link(folder / "..data", version)
    for name in entries:
        _link(folder / name, f"..data/{name}")
    for path in folder.iterdir():
        if path.name not in {version, "..data", *entries}:
            remove(path)


def _link(path: Path, target: str) -> None:
    if path.is_symlink() and os.readlink(path) == target:
        return
    temporary = path.with_name(f"{path.name}.new")
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(target)
    os.replace(temporary, path)
