"""Pulumi's wire format (google.protobuf.Struct with marker keys) to plain Python and back.

Kept in one file because the markers belong to the pinned SDK's protocol, not to us.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from google.protobuf.struct_pb2 import Struct, Value
from pulumi.runtime import rpc

from offline.graph import UNKNOWN, Secret, Unknown

SIGNATURE = rpc._special_sig_key
SECRET = rpc._special_secret_sig
OUTPUT = rpc._special_output_value_sig
RESOURCE = rpc._special_resource_sig
ASSETS = (rpc._special_asset_sig, rpc._special_archive_sig)


def decode_struct(struct: Struct) -> dict[str, Any]:
    """A message's properties as Python values; secrets wrapped where they stand."""
    return {key: _decode(value) for key, value in struct.fields.items()}


def _decode(value: Value) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        return _decode_object(value.struct_value)
    if kind == "list_value":
        return [_decode(item) for item in value.list_value.values]
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() else number
    if kind == "string_value":
        return UNKNOWN if value.string_value == rpc.UNKNOWN else value.string_value
    return value.bool_value if kind == "bool_value" else None


def _decode_object(struct: Struct) -> Any:
    signature = struct.fields[SIGNATURE].string_value if SIGNATURE in struct.fields else ""
    if signature == SECRET:
        return Secret(_decode(struct.fields["value"]))
    if signature == OUTPUT:
        inner = _decode(struct.fields["value"]) if "value" in struct.fields else UNKNOWN
        return Secret(inner) if struct.fields["secret"].bool_value else inner
    if signature == RESOURCE:
        return struct.fields["urn"].string_value
    found = {key: _decode(item) for key, item in struct.fields.items()}
    return (
        {**found, "hash": _content_hash(found["path"])} if signature in ASSETS and "path" in found else found
    )


def _content_hash(path: str) -> str:
    """Of a file, or of all files in a folder with their names: as in the engine, another content is another
    asset."""
    digest, root = hashlib.sha256(), Path(path)
    for file in [root] if root.is_file() else sorted(f for f in root.rglob("*") if f.is_file()):
        digest.update(f"{file.relative_to(root)}\0{file.stat().st_size}\0".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def encode_struct(properties: Mapping[str, Any]) -> Struct:
    """Python values as a message's properties; Secret and Unknown become their markers."""
    struct = Struct()
    struct.update({key: _encode(value) for key, value in properties.items()})
    return struct


def _encode(value: Any) -> Any:
    if isinstance(value, Secret):
        return {SIGNATURE: SECRET, "value": _encode(value.value)}
    if isinstance(value, Unknown):
        return rpc.UNKNOWN
    if isinstance(value, Mapping):
        return {key: _encode(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_encode(item) for item in value]
    return value
