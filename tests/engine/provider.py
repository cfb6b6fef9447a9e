"""A Pulumi provider that makes nothing: it answers the real engine with what `offline` computes.

`python -m tests.engine.provider aws` serves the provider protocol on a free port and prints that port, as the
engine expects of an executable named `pulumi-resource-aws`.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from concurrent import futures
from importlib import metadata
from typing import Any

import grpc
from google.protobuf.empty_pb2 import Empty
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from offline.graph import Resource, plain
from offline.lookups import answer
from offline.outputs import computed
from offline.wire import decode_struct, encode_struct

CHANGED = "CHANGED_BEHIND_THE_ENGINES_BACK"
"""Environment variable with JSON: name of a resource to properties that differ, or to null if it is gone."""


class Provider(provider_pb2_grpc.ResourceProviderServicer):
    """One configured provider. gRPC names the methods; the engine calls them from several threads."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._account, self._region = "", ""

    def GetPluginInfo(self, request: Any, context: Any) -> Any:
        """The version of the program's SDK: the engine asks for a provider of the same one."""
        return plugin_pb2.PluginInfo(version=metadata.version(f"pulumi-{self._name}"))

    def CheckConfig(self, request: Any, context: Any) -> Any:
        """Every configuration is right."""
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: Any, context: Any) -> Any:
        """No configuration replaces the provider."""
        return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE)

    def Configure(self, request: Any, context: Any) -> Any:
        """Account and region come from the program, as a real provider's do; there are none by default."""
        config = plain(decode_struct(request.args))
        if self._name == "aws":
            (self._account,) = json.loads(config["allowedAccountIds"])
            self._region = config["region"]
        return provider_pb2.ConfigureResponse(
            acceptSecrets=True, acceptResources=True, acceptOutputs=False, supportsPreview=True
        )

    def Check(self, request: Any, context: Any) -> Any:
        """Inputs as they are; the engine has applied `ignoreChanges` before."""
        return provider_pb2.CheckResponse(inputs=request.news)

    def Diff(self, request: Any, context: Any) -> Any:
        """Changed inputs; another name in the cluster is another object."""
        old, new = decode_struct(request.old_inputs), decode_struct(request.news)
        changed = sorted(key for key in old.keys() | new.keys() if old.get(key) != new.get(key))
        renamed = old.get("metadata", {}).get("name") != new.get("metadata", {}).get("name")
        kinds = provider_pb2.DiffResponse
        return provider_pb2.DiffResponse(
            changes=kinds.DIFF_SOME if changed else kinds.DIFF_NONE,
            diffs=changed,
            replaces=["metadata"] if renamed else [],
        )

    def Create(self, request: Any, context: Any) -> Any:
        """The outputs that the cloud would compute; in a preview they stay unknown."""
        if request.preview:
            return provider_pb2.CreateResponse(properties=request.properties)
        outputs = self.outputs(request.urn, request.properties)
        return provider_pb2.CreateResponse(id=str(outputs.pop("id")), properties=encode_struct(outputs))

    def Update(self, request: Any, context: Any) -> Any:
        """The same with new inputs; names and identifiers follow from the URN and stay."""
        if request.preview:
            return provider_pb2.UpdateResponse(properties=request.news)
        outputs = self.outputs(request.urn, request.news)
        outputs.pop("id")
        return provider_pb2.UpdateResponse(properties=encode_struct(outputs))

    def Delete(self, request: Any, context: Any) -> Any:
        """Nothing was made."""
        return Empty()

    def Read(self, request: Any, context: Any) -> Any:
        """What the state says is true, but for what a test has changed behind the engine's back."""
        changed = json.loads(os.environ.get(CHANGED, "{}")).get(request.urn.split("::")[-1], {})
        if changed is None:
            return provider_pb2.ReadResponse()  # without an id: it is gone
        inputs, outputs = (
            encode_struct({**decode_struct(each), **changed}) for each in (request.inputs, request.properties)
        )
        return provider_pb2.ReadResponse(id=request.id, properties=outputs, inputs=inputs)

    def Invoke(self, request: Any, context: Any) -> Any:
        """The answer to a look-up."""
        found = self.look_up(request.tok, decode_struct(request.args))
        fields: dict[str, Any] = {"return": encode_struct(found)}  # a word that Python keeps for itself
        return provider_pb2.InvokeResponse(**fields)

    def Cancel(self, request: Any, context: Any) -> Any:
        """Nothing takes long enough to be cancelled."""
        return Empty()

    def look_up(self, token: str, args: Mapping[str, Any]) -> dict[str, Any]:
        """What a provider function answers."""
        return answer(token, args, self._account, self._region)

    def outputs(self, urn: str, inputs: Struct) -> dict[str, Any]:
        """What the resource is after it was made or changed, its inputs included."""
        *_, types, name = urn.split("::")
        resource = Resource(urn=urn, type=types.split("$")[-1], name=name, inputs=decode_struct(inputs))
        return computed(resource, self._account, self._region)


def serve(provider: Provider) -> None:
    """Serves until the engine ends the process."""
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=8))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(provider, server)
    print(server.add_insecure_port("127.0.0.1:0"), flush=True)
    server.start()
    server.wait_for_termination()


if __name__ == "__main__":
    serve(Provider(sys.argv[1]))
