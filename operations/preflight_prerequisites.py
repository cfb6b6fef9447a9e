"""What a cluster may have to offer: why, how to see it, how to get it. The README's table says the same."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from kubernetes import client

from operations.stack_file import StackFile

Api = client.ApiClient
TIMEOUT_SECONDS = 10
"""Per question; a private endpoint without its VPN would not answer for minutes."""


@dataclass(frozen=True, kw_only=True)
class Prerequisite:
    """Something that an administrator of the cluster installs."""

    name: str
    needed_when: str
    """For people: which setting asks for it, or why none does."""
    needed: Callable[[StackFile], str | None]
    """The reason in this stack's settings; None if it has none."""
    probe: Callable[[Api], str | None]
    """What was found; None if nothing was."""
    remedy: str


def _never(_: StackFile) -> None:
    return None


def _base_url(stack: StackFile) -> str | None:
    url = stack.section("airflow").get("base_url")
    return f"airflow.base_url is {url}, and somebody has to serve it" if url else None


def _claim(stack: StackFile) -> str | None:
    sources = stack.section("airflow").get("dags")
    claims = [source.get("claim") for source in sources or [] if isinstance(source, Mapping)]
    found = next((claim for claim in claims if claim), None)
    return f"airflow.dags reads the claim {found}, which pods on several nodes mount" if found else None


def _items(listed: Callable[..., Any], **selectors: str) -> list[Any]:
    """The objects of one list request."""
    return listed(_request_timeout=TIMEOUT_SECONDS, **selectors).items


def _ingress_classes(api: Api) -> str | None:
    found = _items(client.NetworkingV1Api(api).list_ingress_class)
    return ", ".join(sorted(item.metadata.name for item in found)) or None


def _csi_driver(*names: str) -> Callable[[Api], str | None]:
    """The driver under any of its names; EKS Auto Mode brings its own."""

    def probe(api: Api) -> str | None:
        found = {item.metadata.name for item in _items(client.StorageV1Api(api).list_csi_driver)}
        return next((name for name in names if name in found), None)

    return probe


def _api_service(*names: str) -> Callable[[Api], str | None]:
    """Every one of the API groups is served: not only registered, but by a server that answers."""

    def probe(api: Api) -> str | None:
        services = _items(client.ApiregistrationV1Api(api).list_api_service)
        served = {item.metadata.name for item in services if _available(item)}
        return names[0] if set(names) <= served else None

    return probe


def _available(service: Any) -> bool:
    conditions = (service.status and service.status.conditions) or []
    return any(found.type == "Available" and found.status == "True" for found in conditions)


def _external_secrets(api: Api) -> str | None:
    """The operator's deployment, wherever it is installed, with a pod that runs."""
    deployments = client.AppsV1Api(api).list_deployment_for_all_namespaces
    found = _items(deployments, label_selector="app.kubernetes.io/name=external-secrets")
    running = [item.metadata.namespace for item in found if item.status.available_replicas]
    return f"in namespace {running[0]}" if running else None


def _network_policy(api: Api) -> str | None:
    """The VPC CNI with its policy agent switched on, or a CNI that always enforces policies."""
    for item in _items(client.AppsV1Api(api).list_daemon_set_for_all_namespaces):
        if item.metadata.name in ("calico-node", "cilium"):
            return item.metadata.name
        for container in item.spec.template.spec.containers:
            if item.metadata.name == "aws-node" and "--enable-network-policy=true" in (container.args or []):
                return "VPC CNI"
    return None


PREREQUISITES = (
    Prerequisite(
        name="load balancer controller",
        needed_when="only with airflow.base_url; without it the UI is reached by port-forward",
        needed=_base_url,
        probe=_ingress_classes,
        remedy="install the AWS Load Balancer Controller, or another ingress controller",
    ),
    Prerequisite(
        name="EBS CSI driver",
        needed_when="never: no pod keeps data on a volume",
        needed=_never,
        probe=_csi_driver("ebs.csi.aws.com", "ebs.csi.eks.amazonaws.com"),
        remedy="aws eks create-addon --cluster-name CLUSTER --addon-name aws-ebs-csi-driver",
    ),
    Prerequisite(
        name="EFS CSI driver",
        needed_when="only with an airflow.dags source that is a claim; FSx will do as well",
        needed=_claim,
        probe=_csi_driver("efs.csi.aws.com", "fsx.csi.aws.com", "fsx.openzfs.csi.aws.com"),
        remedy="aws eks create-addon --cluster-name CLUSTER --addon-name aws-efs-csi-driver",
    ),
    Prerequisite(
        name="metrics-server",
        needed_when="never: replicas are fixed; it serves kubectl top",
        needed=_never,
        probe=_api_service("v1beta1.metrics.k8s.io"),
        remedy="aws eks create-addon --cluster-name CLUSTER --addon-name metrics-server",
    ),
    Prerequisite(
        name="KEDA",
        needed_when="never: replicas are fixed",
        needed=_never,
        probe=_api_service("v1alpha1.keda.sh", "v1beta1.external.metrics.k8s.io"),
        remedy="install KEDA's Helm chart",
    ),
    Prerequisite(
        name="External Secrets",
        needed_when="never: the program itself makes the Secrets",
        needed=_never,
        probe=_external_secrets,
        remedy="install the External Secrets Operator's Helm chart",
    ),
    Prerequisite(
        name="CNI network policy",
        needed_when="never: the program makes no NetworkPolicy",
        needed=_never,
        probe=_network_policy,
        remedy="set enableNetworkPolicy in the vpc-cni add-on's configuration",
    ),
)
