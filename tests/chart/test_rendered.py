"""The values against the real chart: what Kubernetes would be given, object by object.

Needs AIRFLOW_CHART, the path of the chart's package; skips, saying so, without.
"""

from __future__ import annotations

import kubernetes_validate
import yaml

from components.chart_values import chart_values
from tests.components.airflow_samples import INPUTS

from .rendering import (
    AIRFLOW_PODS,
    CASES,
    deployments,
    each_case,
    find,
    needs_chart,
    objects,
    rendered,
)

KUBERNETES = "1.35"
pytestmark = needs_chart


@each_case
def test_every_object_is_valid_for_kubernetes(case: str) -> None:
    for item in objects(case):
        kubernetes_validate.validate(item, KUBERNETES, strict=True)


@each_case
def test_the_chart_warns_of_nothing(case: str) -> None:
    notes = next(text for template, text in rendered(case).items() if template.endswith("NOTES.txt"))
    assert "WARNING" not in notes.upper()


@each_case
def test_no_hook_and_no_secret_and_no_job_is_rendered(case: str) -> None:
    """Hooks and generated Secrets would be new with every deployment."""
    assert not {o["kind"] for o in objects(case)} & {"Secret", "Job"}
    assert [o for o in objects(case) if "helm.sh/hook" in o["metadata"].get("annotations", {})] == []


@each_case
def test_no_object_keeps_a_volume(case: str) -> None:
    assert not {o["kind"] for o in objects(case)} & {"StatefulSet", "PersistentVolumeClaim"}


def test_every_component_of_celery_is_deployed() -> None:
    assert set(deployments("celery")) == {f"airflow-{part}" for part in (*AIRFLOW_PODS, "statsd")}


@each_case
def test_no_container_gets_the_metadata_database_as_a_connection(case: str) -> None:
    assert "AIRFLOW_CONN_AIRFLOW_DB" not in yaml.safe_dump(objects(case))


@each_case
def test_no_container_gets_a_result_backend_without_tls(case: str) -> None:
    """Left out, Celery takes the metadata URL with its TLS options."""
    assert "RESULT_BACKEND" not in yaml.safe_dump(objects(case))


def test_workers_and_triggerers_of_celery_may_not_touch_kubernetes() -> None:
    assert not {o["kind"] for o in objects("celery")} & {"Role", "ClusterRole"}


def test_the_chart_computes_nothing_that_we_have_not_written_out() -> None:
    """What stands in airflow.cfg and not in our values has to be one of the chart's harmless defaults."""
    text = find("celery", "ConfigMap", "airflow-config")["data"]["airflow.cfg"]
    ours = chart_values(CASES["celery"], INPUTS)["config"]
    strangers, section = set(), ""
    for line in text.splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif " = " in line:
            key = line.split(" = ")[0]
            strangers |= {section} if key not in ours.get(section, {}) else set()
    assert strangers == {
        "celery",
        "celery_kubernetes_executor",
        "elasticsearch",
        "elasticsearch_configs",
        "kerberos",
        "kubernetes_executor",
        "metrics",
        "traces",
        "webserver",
    }


@each_case
def test_our_configuration_arrives_unchanged(case: str) -> None:
    text = find(case, "ConfigMap", "airflow-config")["data"]["airflow.cfg"]
    for section, values in chart_values(CASES[case], INPUTS)["config"].items():
        block = text.split(f"[{section}]\n", 1)[1].split("\n[", 1)[0]
        for key, value in values.items():
            assert f"{key} = {value}" in block, f"{section}.{key}"
