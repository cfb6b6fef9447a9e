"""A Pulumi provider that makes nothing: it answers the real engine with what `offline` computes.

`python -m tests.engine.provider aws` serves the provider protocol on a free port and prints that port, as the
engine expects of an executable named `pulumi-resource-aws`.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from concurrent import futures
from importlib import metadata
from typing import Any

import grpc
from google.protobuf.empty_pb2 import Empty
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from offline.graph import Resource, plain
from offline.lookups import answer
from offline.outputs import computed, given_name
from offline.wire import decode_struct, encode_struct
from review.paths import differences
from review.replacements import forces_replacement, is_regional

CHANGED = "CHANGED_BEHIND_THE_ENGINES_BACK"
"""Environment variable with JSON: name of a resource to properties that differ, or to null if it is gone."""

REGION = "region"


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
        """A kubernetes provider for another cluster replaces all that it has made; no other provider does."""
        found = _difference(request)
        if self._name != "kubernetes":
            del found.replaces[:]
        return found

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
        """Changed inputs, and which of them a real provider cannot change in place.

        What exists in one region is made anew in another: the aws provider compares it with its own region.
        """
        region = decode_struct(request.olds).get(REGION)
        return _difference(request, [REGION] if region not in (None, self._region) else [])

    def Create(self, request: Any, context: Any) -> Any:
        """The outputs that the cloud would compute; in a preview they stay unknown."""
        if request.preview:
            return provider_pb2.CreateResponse(properties=request.properties)
        outputs = self.outputs(request.urn, request.properties)
        return provider_pb2.CreateResponse(id=str(outputs.pop("id")), properties=encode_struct(outputs))

    def Update(self, request: Any, context: Any) -> Any:
        """The same with new inputs; names and identifiers follow from the URN and stay."""
        if request.preview:
            stays = {**decode_struct(request.olds), **decode_struct(request.news)}
            return provider_pb2.UpdateResponse(properties=encode_struct(stays))
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
        made = computed(resource, self._account, self._region)
        return {**made, REGION: self._region} if is_regional(resource.type) else made


def _difference(request: Any, more: Sequence[str] = ()) -> Any:
    """Top-level keys that differ. A thing whose given name stays must be deleted before it is made again."""
    type_ = request.urn.split("::")[-2].split("$")[-1]
    old, new = decode_struct(request.old_inputs), decode_struct(request.news)
    found = list(differences(old, new))
    replaces = sorted({*more, *(change.property for change in found if forces_replacement(type_, change))})
    names = [
        given_name(Resource(urn=request.urn, type=type_, name="", inputs=inputs)) for inputs in (old, new)
    ]
    kinds = provider_pb2.DiffResponse
    return provider_pb2.DiffResponse(
        changes=kinds.DIFF_SOME if found or more else kinds.DIFF_NONE,
        diffs=sorted({*more, *(change.property for change in found)}),
        replaces=replaces,
        deleteBeforeReplace=bool(replaces) and names[0] == names[1] != "",
    )


def serve(provider: Provider) -> None:
    """Serves until the engine ends the process."""
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=8))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(provider, server)
    print(server.add_insecure_port("127.0.0.1:0"), flush=True)
    server.start()
    server.wait_for_termination()


if __name__ == "__main__":
    serve(Provider(sys.argv[1]))
