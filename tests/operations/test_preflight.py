"""What preflight sees in a cluster, what it calls missing, and how it ends where there is no cluster."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from kubernetes.config import kube_config

from operations import preflight
from operations.preflight_prerequisites import PREREQUISITES
from tests.operations.fake_cluster import FakeCluster, serving

ARN = "arn:aws:eks:eu-central-1:123456789012:cluster/platform"
NEEDY = "  airflow:airflow: {base_url: 'https://flows.example', dags: [{source: claim, claim: dags}]}\n"


@pytest.fixture
def cluster() -> Iterator[FakeCluster]:
    with serving(FakeCluster()) as served:
        yield served


@pytest.fixture
def kubeconfig(folder: Path, cluster: FakeCluster, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = folder / "kubeconfig"
    monkeypatch.setattr(kube_config, "KUBE_CONFIG_DEFAULT_LOCATION", str(file))
    write(file, cluster.url)
    return file


def write(file: Path, url: str, name: str = ARN) -> None:
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "mine",
        "clusters": [{"name": name, "cluster": {"server": url}}],
        "users": [{"name": "me", "user": {"token": "of-the-test"}}],
        "contexts": [{"name": "mine", "context": {"cluster": name, "user": "me"}}],
    }
    file.write_text(json.dumps(content))


def named(name: str, **more: Any) -> dict[str, Any]:
    return {"metadata": {"name": name, **more.pop("metadata", {})}, **more}


def api_service(name: str, available: str = "True") -> dict[str, Any]:
    return named(name, status={"conditions": [{"type": "Available", "status": available}]})


def workload(name: str, args: list[str], **more: Any) -> dict[str, Any]:
    pod = {"metadata": {}, "spec": {"containers": [{"name": "c", "args": args}]}}
    return named(name, spec={"selector": {}, "template": pod}, **more)


OPERATOR = {"labels": {"app.kubernetes.io/name": "external-secrets"}, "namespace": "eso"}
COMPLETE: Mapping[str, list[dict[str, Any]]] = {
    "ingressclasses": [named("alb", spec={"controller": "ingress.k8s.aws/alb"})],
    "csidrivers": [named("ebs.csi.aws.com", spec={}), named("efs.csi.aws.com", spec={})],
    "apiservices": [
        api_service("v1beta1.metrics.k8s.io"),
        api_service("v1alpha1.keda.sh"),
        api_service("v1beta1.external.metrics.k8s.io"),
    ],
    "deployments": [workload("external-secrets", [], metadata=OPERATOR, status={"availableReplicas": 1})],
    "daemonsets": [workload("aws-node", ["--enable-network-policy=true"])],
}


def states(capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    lines = capsys.readouterr().out.splitlines()
    return {line[12:].split(":")[0]: line[:11].strip() for line in lines}


def test_a_complete_cluster_is_ok(
    cluster: FakeCluster, kubeconfig: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cluster.lists.update(COMPLETE)
    assert preflight.main(["x"]) == 0
    assert states(capsys) == {prerequisite.name: "ok" for prerequisite in PREREQUISITES}


def test_what_no_setting_needs_is_no_error(kubeconfig: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert preflight.main(["x"]) == 0
    assert set(states(capsys).values()) == {"not needed"}


def test_what_a_setting_needs_is_missing_with_its_remedy(
    folder: Path, kubeconfig: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = folder / "stacks" / "Pulumi.x.yaml"
    file.write_text(file.read_text() + NEEDY)
    assert preflight.main(["x"]) == 1
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("missing")]
    assert len(lines) == 2
    assert "https://flows.example" in lines[0]
    assert "install the AWS Load Balancer Controller" in lines[0]
    assert "the claim dags" in lines[1]
    assert "create-addon --cluster-name CLUSTER --addon-name aws-efs-csi-driver" in lines[1]


BROKEN: tuple[tuple[str, str, list[dict[str, Any]]], ...] = (
    ("metrics-server", "apiservices", [api_service("v1beta1.metrics.k8s.io", "False")]),
    ("KEDA", "apiservices", [api_service("v1alpha1.keda.sh")]),
    ("External Secrets", "deployments", [workload("es", [], metadata=OPERATOR, status={})]),
    ("CNI network policy", "daemonsets", [workload("aws-node", ["--enable-network-policy=false"])]),
    ("EBS CSI driver", "csidrivers", [named("other.csi", spec={})]),
)


@pytest.mark.parametrize(("name", "kind", "items"), BROKEN, ids=[name for name, _, _ in BROKEN])
def test_what_is_installed_but_does_not_work_does_not_count(
    cluster: FakeCluster,
    kubeconfig: Path,
    capsys: pytest.CaptureFixture[str],
    name: str,
    kind: str,
    items: list[dict[str, Any]],
) -> None:
    cluster.lists.update({**COMPLETE, kind: items})
    preflight.main(["x"])
    assert states(capsys)[name] == "not needed"


@pytest.mark.parametrize(
    ("status", "said"),
    [(401, "does not know you (401)"), (403, "no right to list"), (503, "the cluster answers 503")],
)
def test_a_refusal_is_one_line(
    cluster: FakeCluster, kubeconfig: Path, capsys: pytest.CaptureFixture[str], status: int, said: str
) -> None:
    cluster.status = status
    assert said in refused(capsys)


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert preflight.main(["x", *arguments]) == 1
    error = capsys.readouterr().err
    assert len(error.splitlines()) == 1
    return error


def test_a_cluster_that_does_not_answer_is_one_line(
    kubeconfig: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(kubeconfig, "http://127.0.0.1:9")
    assert "the cluster cannot be reached" in refused(capsys)


def test_another_cluster_is_not_taken_for_the_stack_s(
    kubeconfig: Path, cluster: FakeCluster, capsys: pytest.CaptureFixture[str]
) -> None:
    write(kubeconfig, cluster.url, ARN.replace("platform", "other"))
    assert "cluster/other, stacks/Pulumi.x.yaml to platform; run aws eks update-kubeconfig" in refused(capsys)
    assert cluster.asked == []


def test_an_unknown_context_names_known_ones(kubeconfig: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "no context theirs in the kubeconfig; there are mine" in refused(capsys, "--context", "theirs")


def test_no_kubeconfig_tells_how_to_get_one(kubeconfig: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kubeconfig.unlink()
    assert "run aws eks update-kubeconfig --name platform --region eu-central-1" in refused(capsys)
