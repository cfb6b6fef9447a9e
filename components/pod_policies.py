"""What Airflow's pods may do in AWS, component by component. Pure: ARNs come in as text.

A `grant` names what statements are about: bucket_arn, log_prefix, key_arn, region, partition, account_id,
stack.
Nobody may delete a log, change its ACL or read the generated secrets.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from components import executors, naming
from components.dag_bundles import DagBucket
from components.iam_documents import Statement, document


def _log_statements(grant: Mapping[str, str], objects: Sequence[str], key: Sequence[str]) -> list[Statement]:
    bucket_arn, prefix = grant["bucket_arn"], grant["log_prefix"]
    return [
        {"Effect": "Allow", "Action": list(objects), "Resource": f"{bucket_arn}/{prefix}/*"},
        {
            "Effect": "Allow",
            "Action": "s3:ListBucket",
            "Resource": bucket_arn,
            "Condition": {"StringLike": {"s3:prefix": [f"{prefix}/*"]}},
        },
        {
            "Effect": "Allow",
            "Action": list(key),
            "Resource": grant["key_arn"],
            "Condition": {"StringEquals": {"kms:ViaService": f"s3.{grant['region']}.amazonaws.com"}},
        },
    ]


def log_write(grant: Mapping[str, str]) -> list[Statement]:
    """Task logs are appended: read, then put. Without ListBucket a new key answers 403: log lost."""
    return _log_statements(grant, ["s3:GetObject", "s3:PutObject"], ["kms:Decrypt", "kms:GenerateDataKey"])


def log_read(grant: Mapping[str, str]) -> list[Statement]:
    """What the user interface needs to show a task log."""
    return _log_statements(grant, ["s3:GetObject"], ["kms:Decrypt"])


def parameter_read(grant: Mapping[str, str]) -> list[Statement]:
    """Airflow's secrets backend: GetParameter on connections and variables, whole prefixes.

    A narrower grant would log an AccessDenied for each missing variable. The bootstrap secrets lie elsewhere.
    """
    base = f"arn:{grant['partition']}:ssm:{grant['region']}:{grant['account_id']}:parameter"
    prefixes = (naming.connections_prefix(grant["stack"]), naming.variables_prefix(grant["stack"]))
    parameters = [f"{base}{prefix}/*" for prefix in prefixes]
    return [
        {"Effect": "Allow", "Action": "ssm:GetParameter", "Resource": parameters},
        {
            "Effect": "Allow",
            "Action": "kms:Decrypt",
            "Resource": grant["key_arn"],
            "Condition": {
                "StringEquals": {"kms:ViaService": f"ssm.{grant['region']}.amazonaws.com"},
                "StringLike": {"kms:EncryptionContext:PARAMETER_ARN": parameters},
            },
        },
    ]


def dags_read(grant: Mapping[str, str], buckets: Sequence[DagBucket]) -> list[Statement]:
    """Listing is not bound to the prefix: Airflow's S3 bundle first asks whether the bucket exists."""
    found: list[Statement] = []
    for bucket in buckets:
        arn = f"arn:{grant['partition']}:s3:::{bucket.name}"
        objects = f"{arn}/{bucket.prefix}/*" if bucket.prefix else f"{arn}/*"
        found.append({"Effect": "Allow", "Action": "s3:ListBucket", "Resource": arn})
        found.append({"Effect": "Allow", "Action": "s3:GetObject", "Resource": objects})
        if bucket.key_arn is not None:
            via = f"s3.{grant['region']}.amazonaws.com"
            found.append(
                {
                    "Effect": "Allow",
                    "Action": "kms:Decrypt",
                    "Resource": bucket.key_arn,
                    "Condition": {"StringEquals": {"kms:ViaService": via}},
                }
            )
    return found


def component_policy(
    component: str, executor: str, grant: Mapping[str, str], buckets: Sequence[DagBucket] = ()
) -> str:
    """What one Airflow component may do; whoever runs task code or trigger code also writes its logs.

    `buckets`: those with DAG files, for everybody who may load them.
    """
    writers = {"triggerer"} | executors.task_runners(executor)
    readers = {"api-server"}
    logs = log_write(grant) if component in writers else log_read(grant) if component in readers else []
    dags = dags_read(grant, buckets) if component in {*writers, "dag-processor"} else []
    return document([*logs, *dags, *parameter_read(grant)])
