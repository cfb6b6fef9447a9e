"""Policy documents, statement by statement."""

import json
from typing import Any

import pytest

from components import iam_documents, naming, pod_policies
from stacks.airflow_sections import EXECUTORS
from tests.components.samples import ACCOUNT, BUCKET, GRANT, ISSUER, KEY, PROVIDER, REGION

PARAMETERS = [
    f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/airflow/test/connections/*",
    f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/airflow/test/variables/*",
]


def statements(text: str) -> list[dict[str, Any]]:
    document = json.loads(text)
    assert document["Version"] == "2012-10-17"
    return document["Statement"]


def actions(text: str) -> set[str]:
    found: set[str] = set()
    for statement in statements(text):
        action = statement["Action"]
        found |= {action} if isinstance(action, str) else set(action)
    return found


def rights(component: str, executor: str = "CeleryExecutor") -> str:
    return pod_policies.component_policy(component, executor, GRANT)


def by_sid(text: str, sid: str) -> dict[str, Any]:
    return next(statement for statement in statements(text) if statement.get("Sid") == sid)


PARAMETER_READ = {"ssm:GetParameter", "kms:Decrypt"}
LOG_READ = {"s3:GetObject", "s3:ListBucket", "kms:Decrypt"}
LOG_WRITE = LOG_READ | {"s3:PutObject", "kms:GenerateDataKey"}


@pytest.mark.parametrize(
    ("component", "executor", "expected"),
    [
        ("worker", "CeleryExecutor", LOG_WRITE | PARAMETER_READ),
        ("triggerer", "CeleryExecutor", LOG_WRITE | PARAMETER_READ),
        ("api-server", "CeleryExecutor", LOG_READ | PARAMETER_READ),
        ("scheduler", "CeleryExecutor", PARAMETER_READ),
        ("scheduler", "KubernetesExecutor", PARAMETER_READ),
        ("scheduler", "LocalExecutor", LOG_WRITE | PARAMETER_READ),
        ("worker-kubernetes", "KubernetesExecutor", LOG_WRITE | PARAMETER_READ),
        ("worker-kubernetes", "CeleryExecutor,KubernetesExecutor", LOG_WRITE | PARAMETER_READ),
        ("worker", "CeleryExecutor,KubernetesExecutor", LOG_WRITE | PARAMETER_READ),
        ("dag-processor", "CeleryExecutor", PARAMETER_READ),
        ("dag-processor", "LocalExecutor", PARAMETER_READ),
    ],
)
def test_each_component_has_the_rights_of_the_design_and_no_others(
    component: str, executor: str, expected: set[str]
) -> None:
    assert actions(rights(component, executor)) == expected


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("component", naming.COMPONENTS)
def test_no_pod_has_a_wildcard_action_or_resource(component: str, executor: str) -> None:
    policy = rights(component, executor)
    assert [action for action in actions(policy) if "*" in action] == []
    assert [s for s in statements(policy) if s["Resource"] in ("*", ["*"])] == []


@pytest.mark.parametrize("component", naming.COMPONENTS)
def test_no_pod_reads_the_generated_secrets(component: str) -> None:
    assert "bootstrap" not in rights(component)
    read = [s["Resource"] for s in statements(rights(component)) if s["Action"] == "ssm:GetParameter"]
    assert read == [PARAMETERS]


@pytest.mark.parametrize("component", naming.COMPONENTS)
def test_every_use_of_the_key_is_on_our_key_and_through_one_service(component: str) -> None:
    uses = [s for s in statements(rights(component)) if "kms:" in json.dumps(s["Action"])]
    assert {s["Resource"] for s in uses} == {KEY}
    through = {s["Condition"]["StringEquals"]["kms:ViaService"] for s in uses}
    assert through <= {f"s3.{REGION}.amazonaws.com", f"ssm.{REGION}.amazonaws.com"}
    assert len(through) == len(uses)


def test_parameters_are_decrypted_by_the_path_they_lie_under() -> None:
    (decrypt,) = [s for s in statements(rights("scheduler")) if s["Action"] == "kms:Decrypt"]
    assert decrypt["Condition"]["StringLike"] == {"kms:EncryptionContext:PARAMETER_ARN": PARAMETERS}


def test_logs_are_confined_to_their_folder() -> None:
    objects, listing, _ = pod_policies.log_write(GRANT)
    assert objects["Resource"] == f"{BUCKET}/logs/*"
    assert (listing["Action"], listing["Resource"]) == ("s3:ListBucket", BUCKET)
    assert listing["Condition"] == {"StringLike": {"s3:prefix": ["logs/*"]}}


def test_the_key_policy_gives_the_account_to_iam() -> None:
    root = by_sid(key_policy(), "AccountDecidesByIam")
    assert root["Principal"] == {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}


def test_the_key_serves_log_groups_of_this_account_only() -> None:
    logs = by_sid(key_policy(), "EncryptedLogGroups")
    assert logs["Principal"] == {"Service": f"logs.{REGION}.amazonaws.com"}
    wanted = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:*"
    assert logs["Condition"] == {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": wanted}}


def test_the_key_serves_alarms_and_database_events_of_this_account_only() -> None:
    topic = by_sid(key_policy(), "PublishersOfTheEncryptedTopic")
    assert topic["Principal"] == {"Service": ["cloudwatch.amazonaws.com", "events.rds.amazonaws.com"]}
    assert topic["Action"] == ["kms:Decrypt", "kms:GenerateDataKey*"]
    assert topic["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}


def test_nobody_unnamed_may_use_the_key() -> None:
    principals = [statement["Principal"] for statement in statements(key_policy())]
    assert "*" not in json.dumps(principals)


def test_other_partitions_have_their_own_arns() -> None:
    policy = iam_documents.key_policy(account_id=ACCOUNT, partition="aws-cn", region="cn-north-1")
    assert "arn:aws:" not in policy


def test_a_bucket_refuses_plain_http_for_the_bucket_and_its_objects() -> None:
    (deny,) = statements(iam_documents.bucket_policy(BUCKET))
    assert (deny["Effect"], deny["Action"], deny["Principal"]) == ("Deny", "s3:*", {"AWS": "*"})
    assert deny["Resource"] == [BUCKET, f"{BUCKET}/*"]
    assert deny["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_access_logs_come_from_our_bucket_and_account_only() -> None:
    policy = iam_documents.access_log_policy(
        bucket_arn="arn:aws:s3:::access", source_arn=BUCKET, account_id=ACCOUNT
    )
    delivery = by_sid(policy, "AccessLogDelivery")
    assert delivery["Principal"] == {"Service": "logging.s3.amazonaws.com"}
    assert delivery["Condition"] == {
        "ArnLike": {"aws:SourceArn": BUCKET},
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
    }
    assert by_sid(policy, "EncryptedTransportOnly")["Effect"] == "Deny"


def test_a_service_account_is_trusted_by_exact_subject_and_audience() -> None:
    text = iam_documents.service_account_trust(
        issuer=ISSUER, provider_arn=PROVIDER, namespace="airflow", service_account="airflow-worker"
    )
    (trust,) = statements(text)
    assert trust["Principal"] == {"Federated": PROVIDER}
    assert trust["Action"] == "sts:AssumeRoleWithWebIdentity"
    assert trust["Condition"] == {
        "StringEquals": {
            f"{ISSUER}:aud": "sts.amazonaws.com",
            f"{ISSUER}:sub": "system:serviceaccount:airflow:airflow-worker",
        }
    }


def test_a_service_takes_its_role_for_this_account_only() -> None:
    (trust,) = statements(iam_documents.service_trust(service="x.amazonaws.com", account_id=ACCOUNT))
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}


def key_policy() -> str:
    return iam_documents.key_policy(account_id=ACCOUNT, partition="aws", region=REGION)
