"""The namespace Airflow lives in, with the rules that hold for everything inside it.

Its name is fixed: the roles' trust policies name it. Does not create what lives inside.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi
from pulumi import Output, ResourceOptions
from pulumi_kubernetes.core import v1
from pulumi_kubernetes.core.v1 import LimitRangeItemArgs, LimitRangeSpecArgs, ResourceQuotaSpecArgs
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

POD_SECURITY: Mapping[str, str] = {
    "pod-security.kubernetes.io/enforce": "baseline",
    # Warnings rather than refusals: what people add (exporters, Git images) may not meet it yet.
    "pod-security.kubernetes.io/warn": "restricted",
    "pod-security.kubernetes.io/audit": "restricted",
}

RULES = "airflow"
"""Name of the quota and of the limit range."""

DEFAULT_REQUEST = {"cpu": "50m", "memory": "128Mi"}
DEFAULT_LIMIT = {"cpu": "500m", "memory": "512Mi"}
"""For containers that name no size of their own, such as those an operator starts."""


@dataclass(frozen=True, kw_only=True)
class NamespaceArgs:
    """What Namespace needs from its caller."""

    name: str
    max_pods: int
    """A bound against runaway pods."""
    claims: int = 0
    """Volumes that may be claimed; those that DAG files come from."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """Further labels; none by default."""

    def __post_init__(self) -> None:
        if self.name in ("default", "kube-system", "kube-public", "kube-node-lease"):
            raise ValueError(f"name: a namespace of Airflow's own, got {self.name}")
        if self.max_pods < 1:
            raise ValueError(f"max_pods: at least 1, got {self.max_pods}")


class Namespace(pulumi.ComponentResource):
    """A namespace with Pod Security, a quota and default sizes."""

    name: Output[str]

    def __init__(self, name: str, args: NamespaceArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("airflow:index:Namespace", name, None, opts)
        child = ResourceOptions(parent=self)

        namespace = v1.Namespace(
            f"{name}-namespace",
            metadata=ObjectMetaArgs(name=args.name, labels={**args.labels, **POD_SECURITY}),
            opts=child,
        )
        self.name = namespace.metadata.name
        metadata = ObjectMetaArgs(name=RULES, namespace=self.name, labels=args.labels)
        v1.ResourceQuota(
            f"{name}-quota",
            metadata=metadata,
            spec=ResourceQuotaSpecArgs(
                hard={
                    "pods": str(args.max_pods),
                    # The UI is reached through an ingress or a port-forward, and nothing of ours keeps
                    # data on a volume.
                    "services.loadbalancers": "0",
                    "services.nodeports": "0",
                    "persistentvolumeclaims": str(args.claims),
                }
            ),
            opts=child,
        )
        v1.LimitRange(
            f"{name}-limits",
            metadata=metadata,
            spec=LimitRangeSpecArgs(
                limits=[
                    LimitRangeItemArgs(
                        type="Container", default=DEFAULT_LIMIT, default_request=DEFAULT_REQUEST
                    )
                ]
            ),
            opts=child,
        )
        self.register_outputs({"name": self.name})
