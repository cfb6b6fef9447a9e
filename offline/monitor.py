"""The engine's half of the conversation: answers the SDK's registrations from a Backend and keeps them.

`MockMonitor` has the shape of the wire protocol and is not documented as stable, so nothing else
in the project touches it.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Protocol

import pulumi
from google.protobuf import empty_pb2
from pulumi.runtime import mocks
from pulumi.runtime.proto import provider_pb2, resource_pb2

from offline.graph import STACK_TYPE, UNKNOWN, Graph, Resource, Secret
from offline.wire import decode_struct, encode_struct


class Refused(Exception):
    """AWS answers a look-up with an error: the program hears of it, and may say what to do."""


class Backend(Protocol):
    """Makes resources real, or computes what the cloud would answer."""

    def ensure(self, resource: Resource, previous: Resource | None) -> Mapping[str, Any]:
        """Bring `resource` about and return its outputs, `id` among them. Called again on every run."""
        ...

    def invoke(self, token: str, args: Mapping[str, Any]) -> Mapping[str, Any]:
        """Answer a look-up. Raises Refused where the cloud would, LookupError where it has no answer."""
        ...

    def delete(self, resource: Resource) -> None:
        """Remove what `ensure` made."""
        ...


class _NoMocks(mocks.Mocks):
    """The base class demands one; the monitor answers everything itself."""

    def call(self, args: mocks.MockCallArgs) -> Any:
        raise NotImplementedError

    def new_resource(self, args: mocks.MockResourceArgs) -> Any:
        raise NotImplementedError


class Monitor(mocks.MockMonitor):
    """Records whole requests and hands each to the backend, in the threads that the SDK calls from."""

    def __init__(self, backend: Backend, previous: Graph | None, *, preview: bool) -> None:
        super().__init__(_NoMocks())
        self.backend = backend
        self.previous = previous
        self.preview = preview
        self.registered: dict[str, Resource] = {}
        self.exports: Mapping[str, Any] = {}
        self.errors: list[Exception] = []
        self._lock = threading.Lock()

    def graph(self) -> Graph:
        """What has been registered so far."""
        return Graph.of(self.registered.values(), self.exports)

    def make_urn(self, parent: str, type_: str, name: str) -> str:
        """As the real engine: all parents' types chained, the stack itself left out."""
        stack, project = pulumi.get_stack(), pulumi.get_project()
        if parent and (qualified := parent.split("::")[2]) != STACK_TYPE:
            type_ = f"{qualified}${type_}"
        return f"urn:pulumi:{stack}::{project}::{type_}::{name}"

    def Invoke(self, request: Any) -> Any:
        try:
            answer = self.backend.invoke(request.tok, decode_struct(request.args))
        except Refused as refusal:
            failure = provider_pb2.CheckFailure(reason=str(refusal))
            return resource_pb2.ResourceInvokeResponse(failures=[failure])
        except Exception as error:
            self.errors.append(error)
            raise
        fields: dict[str, Any] = {"return": encode_struct(answer)}  # a keyword in Python
        return resource_pb2.ResourceInvokeResponse(**fields)

    def ReadResource(self, request: Any) -> Any:
        raise NotImplementedError(f"{request.type}: reading existing resources has no offline answer")

    def RegisterResource(self, request: Any) -> Any:
        urn = self.make_urn(request.parent, request.type, request.name)
        if request.type == STACK_TYPE:
            return resource_pb2.RegisterResourceResponse(urn=urn)
        resource = replace(
            _resource(urn, request), aliases=tuple(self._alias(request, a) for a in request.aliases)
        )
        outputs = self._outputs(resource, tuple(request.additionalSecretOutputs))
        with self._lock:
            if urn in self.registered:
                self.errors.append(ValueError(f"{urn}: registered twice; the engine refuses duplicate names"))
            self.registered[urn] = replace(resource, outputs=outputs)
        return resource_pb2.RegisterResourceResponse(
            urn=urn, id=str(outputs.get("id", "")), object=encode_struct(outputs)
        )

    def _alias(self, request: Any, alias: Any) -> str:
        """The URN that an alias stands for: what it does not say is as it is now."""
        spec = alias.spec
        parent = "" if spec.noParent else spec.parentUrn or request.parent
        return alias.urn or self.make_urn(parent, spec.type or request.type, spec.name or request.name)

    def _outputs(self, resource: Resource, secret_outputs: tuple[str, ...]) -> dict[str, Any]:
        if not resource.custom:
            return {}
        planned = self.preview and not resource.type.startswith("pulumi:providers:")
        if planned:
            # What the provider computes is unknown in a preview; the SDK fills it in as such.
            outputs: dict[str, Any] = dict(resource.inputs)
        else:
            previous = self.previous.find(resource.urn) if self.previous else None
            try:
                outputs = dict(self.backend.ensure(resource, previous))
            except Exception as error:
                self.errors.append(error)
                raise
        for key in secret_outputs:
            if key in outputs or planned:
                value = outputs.get(key, UNKNOWN)
                outputs[key] = value if isinstance(value, Secret) else Secret(value)
        return outputs

    def RegisterResourceOutputs(self, request: Any) -> Any:
        outputs = decode_struct(request.outputs)
        with self._lock:
            if request.urn in self.registered:
                known = self.registered[request.urn]
                self.registered[request.urn] = replace(known, outputs={**known.outputs, **outputs})
            else:
                self.exports = outputs
        return empty_pb2.Empty()


def _resource(urn: str, request: Any) -> Resource:
    return Resource(
        urn=urn,
        type=request.type,
        name=request.name,
        parent="" if f"::{STACK_TYPE}::" in request.parent else request.parent,
        custom=request.custom,
        inputs=decode_struct(request.object),
        dependencies=tuple(sorted(request.dependencies)),
        property_dependencies={
            key: tuple(sorted(dependencies.urns))
            for key, dependencies in sorted(request.propertyDependencies.items())
            if dependencies.urns
        },
        protect=request.protect,
        provider=request.provider,
        ignore_changes=tuple(request.ignoreChanges),
        retain_on_delete=request.retainOnDelete,
        delete_before_replace=request.deleteBeforeReplace,
        replace_on_changes=tuple(request.replaceOnChanges),
        replace_with=tuple(request.replace_with),
        deleted_with=request.deletedWith,
        import_id=request.importId,
        plugin_download_url=request.pluginDownloadURL,
        plugin_version=request.version if request.type.startswith("pulumi:providers:") else "",
        create_timeout=request.customTimeouts.create,
    )
