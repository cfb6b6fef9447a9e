"""The values against the real chart: what each pod may do, reads and mounts.

Needs AIRFLOW_CHART, the path of the chart's package; skips, saying so, without.
"""

from __future__ import annotations

import pytest
import yaml

from components import executors
from components.chart_resources import RESTART_ANNOTATION
from components.naming import MASTER_SECRET
from components.pod_layout import TASK_POD
from tests.components.airflow_samples import PINNED

from .rendering import (
    AIRFLOW_PODS,
    CASES,
    containers,
    deployments,
    each_case,
    each_pod,
    find,
    main,
    needs_chart,
    objects,
    pod,
    task_pod,
    variables,
)

pytestmark = needs_chart


@each_pod
def test_each_component_uses_the_account_its_role_trusts(part: str) -> None:
    assert pod("celery", part)["spec"]["serviceAccountName"] == f"airflow-{part}"
    account = find("celery", "ServiceAccount", f"airflow-{part}")
    assert account["metadata"]["annotations"] == {
        "eks.amazonaws.com/role-arn": f"arn:aws:iam::111122223333:role/{part}"
    }


@pytest.mark.parametrize("case", ["kubernetes", "both"])
def test_task_pods_run_under_their_own_account_and_role(case: str) -> None:
    assert task_pod(case)["spec"]["serviceAccountName"] == "airflow-worker-kubernetes"
    account = find(case, "ServiceAccount", "airflow-worker-kubernetes")
    assert account["metadata"]["annotations"]["eks.amazonaws.com/role-arn"].endswith("role/worker-kubernetes")
    assert account["automountServiceAccountToken"] is False


def test_an_image_by_its_digest_is_so_in_every_pod_and_for_every_task() -> None:
    """The chart's own value for a digest reaches neither task pods nor what KubernetesExecutor starts."""
    pods = [*(each["spec"]["template"] for each in deployments("both").values()), task_pod("both")]
    images = {c["image"] for each in pods for c in containers(each) if "statsd" not in c["image"]}
    assert images == {CASES["both"].image.reference}
    config = find("both", "ConfigMap", "airflow-config")["data"]["airflow.cfg"]
    assert f"worker_container_repository = {PINNED['repository']}\n" in config
    assert f"worker_container_tag = 3.3.2-1@{PINNED['digest']}\n" in config


@each_case
def test_the_service_accounts_are_those_that_have_a_role(case: str) -> None:
    """An account more would be one that nobody looks after, an account less a pod without its role."""
    found = {o["metadata"]["name"] for o in objects(case) if o["kind"] == "ServiceAccount"}
    expected = {f"airflow-{part}" for part in executors.accounts(CASES[case].executor)}
    assert found == {*expected, "airflow-statsd"}


@each_case
def test_only_celery_has_workers_and_their_broker(case: str) -> None:
    celery = executors.uses_celery(CASES[case].executor)
    assert ("airflow-worker" in deployments(case)) == celery
    assert ("AIRFLOW__CELERY__BROKER_URL" in yaml.safe_dump(objects(case))) == celery


def test_pods_that_tasks_start_need_a_role_and_a_token() -> None:
    """Of a stack with LocalExecutor: its tasks run in the scheduler, and the triggerer watches their pods."""
    binding = find("pods", "RoleBinding", "airflow-pod-launcher-rolebinding")
    holders = {subject["name"] for subject in binding["subjects"]}
    assert holders == {"airflow-scheduler", "airflow-triggerer"}
    accounts = [o for o in objects("pods") if o["kind"] == "ServiceAccount"]
    # Kubernetes' own default is to mount it.
    mounting = {a["metadata"]["name"] for a in accounts if a.get("automountServiceAccountToken", True)}
    assert mounting == holders


@each_case
def test_who_runs_tasks_finds_the_smoke_dag_and_the_certificates(case: str) -> None:
    runners = executors.task_runners(CASES[case].executor)
    for part in runners:
        container = task_pod(case)["spec"]["containers"][0] if part == TASK_POD else main(case, part)
        paths = {mount["mountPath"] for mount in container["volumeMounts"]}
        assert {"/opt/airflow/smoke/smoke.py", "/opt/airflow/certificates"} <= paths, part


@each_pod
def test_each_container_of_airflow_reads_the_database_url_from_our_secret(part: str) -> None:
    found = variables(main("celery", part))
    assert found["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"]["secretKeyRef"]["name"] == "airflow-database-url"
    assert found["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC"]["secretKeyRef"] == {
        "name": "airflow-database-url",
        "key": "connectionAsync",
    }
    assert found["AIRFLOW__CELERY__BROKER_URL"]["secretKeyRef"]["name"] == "airflow-celery-broker-url"
    assert found["AIRFLOW__CORE__FERNET_KEY"]["secretKeyRef"]["name"] == "airflow-encryption-key"


@each_pod
def test_only_who_issues_and_checks_tokens_gets_the_signing_key(part: str) -> None:
    holds = "AIRFLOW__API_AUTH__JWT_SECRET" in variables(main("celery", part))
    assert holds == (part in ("api-server", "scheduler"))


@each_pod
def test_each_pod_carries_the_hash_of_its_secrets(part: str) -> None:
    assert pod("celery", part)["metadata"]["annotations"][RESTART_ANNOTATION] == f"hash-of-{part}"


@pytest.mark.parametrize("part", [*AIRFLOW_PODS, "statsd"])
@pytest.mark.parametrize("case", ["celery", "git-sync"])
def test_each_container_meets_the_restricted_profile(case: str, part: str) -> None:
    template = pod(case, part)
    profile = template["spec"]["securityContext"]
    assert profile["runAsNonRoot"] is True
    assert profile["seccompProfile"] == {"type": "RuntimeDefault"}
    for container in containers(template):
        context = container["securityContext"]
        assert context["allowPrivilegeEscalation"] is False, container["name"]
        assert context["capabilities"] == {"drop": ["ALL"]}, container["name"]


@pytest.mark.parametrize("part", [*AIRFLOW_PODS, "statsd"])
@pytest.mark.parametrize("case", ["celery", "git-sync"])
def test_each_container_has_requests_and_limits(case: str, part: str) -> None:
    for container in containers(pod(case, part)):
        assert {"requests", "limits"} <= set(container["resources"]), container["name"]


@each_pod
def test_each_component_can_be_drained_one_pod_at_a_time(part: str) -> None:
    name = f"airflow-{part}-pdb"
    assert find("celery", "PodDisruptionBudget", name)["spec"]["maxUnavailable"] == 1


def test_git_sync_checks_the_host_and_uses_the_key() -> None:
    side = {c["name"]: c for c in containers(pod("git-sync", "dag-processor"))}
    env = variables(side["git-sync"])
    assert env["GITSYNC_REF"] == "release"
    assert env["GITSYNC_SSH_KNOWN_HOSTS"] == "true"
    assert env["GITSYNC_PERIOD"] == "45s"
    secrets = [
        v["secret"]["secretName"]
        for v in pod("git-sync", "dag-processor")["spec"]["volumes"]
        if "secret" in v
    ]
    assert secrets == ["airflow-git-ssh-key"]


@each_case
def test_no_pod_of_airflow_reads_how_to_become_the_databases_master_user(case: str) -> None:
    assert MASTER_SECRET not in yaml.safe_dump(objects(case))
