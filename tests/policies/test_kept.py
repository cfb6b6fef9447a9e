"""Other values that are right as well: a policy does not ask for more than it says."""

from __future__ import annotations

import json

import pytest

from offline.graph import Graph, Secret
from offline.sealed import open_graph, seal_graph
from policies.evaluate import judge, violations
from tests.policies.breaking import Edit, prod, put, statement
from tests.policies.clauses_alarms import SUBSCRIPTION
from tests.policies.clauses_kubernetes import NAMESPACE, RELEASE
from tests.policies.clauses_pods import CONFIG_MAP, CONTAINER, JOB
from tests.policies.clauses_storage import PARAMETER, POLICY
from tests.policies.clauses_stores import RDS

DIGEST = "sha256:" + "0a" * 32
STATSD = {"repository": "quay.io/prometheus/statsd-exporter", "tag": "v0.30.0"}

HARMLESS = """
SQL = Secret("env", "SQL_CONN", secret="airflow-sql", key="url")
def call(token: str, password: str = ""):
    secret = Variable.get("shop_token")
    return Hook(password=os.environ["SHOP_PASSWORD"], token="{{ var.value.token }}", token_url="https://example.com")
"""
"""A DAG that speaks of secrets and holds none."""

KEPT = [
    *(put(RDS, "caCertIdentifier", name) for name in ("rds-ca-rsa4096-g1", "rds-ca-ecc384-g1")),
    put(PARAMETER, "tier", "Standard"),
    put(SUBSCRIPTION, "protocol", "https"),
    put(SUBSCRIPTION, "protocol", "email-json"),
    put(NAMESPACE, "metadata.labels", {"pod-security.kubernetes.io/enforce": "restricted"}),
    put(RELEASE, "values.images", {"statsd": STATSD}),
    put(RELEASE, "values.images", {"statsd": {**STATSD, "tag": None, "digest": DIGEST}}),
    put(RELEASE, "values.scheduler.livenessProbe", {"enabled": True, "timeoutSeconds": 20}),
    put(RELEASE, "values.config.smtp", {"smtp_password": ""}),
    put(RELEASE, "values.env", [{"name": "SMTP_PASSWORD", "valueFrom": {"secretKeyRef": {"name": "smtp"}}}]),
    put(JOB, f"{CONTAINER}.image", f"apache/airflow@{DIGEST}"),
    put(CONFIG_MAP, "data", {"dag.py": HARMLESS}),
    put(RELEASE, "values.config.api.access_control_allow_origins", "https://portal.example.com"),
    put(RELEASE, "values.config.fab.auth_rate_limited", "True"),
    statement(POLICY, Principal="*", Resource="*"),
]


@pytest.mark.parametrize("edit", KEPT, ids=lambda edit: edit.says)
def test_another_right_value_breaks_nothing(edit: Edit) -> None:
    assert [str(violation) for violation in violations(edit.apply(prod()))] == []


def closed(graph: Graph) -> Graph:
    """As the report gets it: digests in place of secrets."""
    return open_graph(json.loads(json.dumps(seal_graph(graph, b"key"))))


def test_every_policy_is_judged_also_where_secrets_are_closed() -> None:
    judgement = judge(closed(prod()))
    assert [str(violation) for violation in judgement.violations] == []
    assert [str(violation) for violation in judgement.unknown] == []


URLS = "secrets-airflow-celery-broker-url"
TYPE = "kubernetes:core/v1:Secret"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("rediss://:token@cache.example.com:6379/0?ssl_cert_reqs=none", ["a URL has ssl_cert_reqs ['none']"]),
        ("redis://:token@cache.example.com:6379/0", ["a URL has no TLS: redis"]),
        ("postgresql://u:token@db.example.com/airflow", ["a URL has sslmode None, sslrootcert None"]),
        ("postgresql://u:to/ken@db.example.com/airflow", []),
    ],
)
def test_a_closed_url_is_judged_by_what_is_no_secret_in_it(url: str, said: list[str]) -> None:
    given = put(TYPE, "stringData", Secret({"connection": url}), name=URLS)
    judgement = judge(closed(given.apply(prod())))
    assert [v.problem for v in judgement.violations if v.policy.number == "AIRFLOW.70"] == said
    not_read = [v.problem for v in judgement.unknown]
    assert not_read == ([] if said else ["a URL of another form is not known before it is deployed"])
