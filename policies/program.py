"""The program as a whole: providers, tags, protection, what it is made of."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from typing import Any

from offline.chart import RELEASE
from offline.graph import Graph, Resource, plain, redact
from offline.sealed import COVERED
from policies.alarms import ALARM, TOPIC
from policies.cache import GROUP
from policies.contents import JOB
from policies.database import INSTANCE
from policies.identity import ROLE
from policies.kubernetes import LIMITS, NAMESPACE, QUOTA
from policies.relations import AWS_PROVIDER
from policies.release import uses_celery
from policies.rule import EVERY, POLICIES, Severity, at, policy, unless_given
from policies.secrets import KEY
from policies.storage import BUCKET

KUBERNETES_PROVIDER = "pulumi:providers:kubernetes"
STATEFUL = (INSTANCE, GROUP, BUCKET, KEY)
REQUIRED_TAGS = ("Project", "Environment", "Owner")
CREDENTIALS = ("accessKey", "secretKey", "token")
ELSEWHERE = (
    *("insecure", "endpoints", "httpProxy", "httpsProxy", "customCaBundle", "profile", "assumeRoles"),
    *(
        "assumeRoleWithWebIdentity",
        "sharedConfigFiles",
        "sharedCredentialsFiles",
        "ec2MetadataServiceEndpoint",
    ),
    *("stsRegion", "skipCredentialsValidation", "skipRequestingAccountId"),
)
"""With which calls would go unverified, to another host, or to the account of other credentials."""
_OFF = (None, "", "false", "null", "[]", "{}", False)
WHOLE = (INSTANCE, BUCKET, KEY, TOPIC, ALARM, ROLE, NAMESPACE, QUOTA, LIMITS, JOB)
"""Types without which Airflow runs unguarded, or not at all. Left out as a whole they would break nothing."""
HARMLESS: Mapping[str, str] = {
    "aws:kms/alias:Alias": "a name of the key",
    "aws:s3/bucketVersioning:BucketVersioning": "S3.14 judges it with its bucket",
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": "S3.13 judges it with its bucket",
    "aws:s3/bucketLogging:BucketLogging": "S3.9 judges it with its bucket",
    "aws:s3/bucketNotification:BucketNotification": "S3.11 judges it with its bucket",
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": "S3.12 judges it with its bucket",
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": "S3.8 judges it with its bucket",
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": "S3.17 does",
    "aws:rds/eventSubscription:EventSubscription": "RDS.20-22 judge it with the database",
    "aws:rds/parameterGroup:ParameterGroup": "RDS.38 judges it with the database",
    "aws:rds/subnetGroup:SubnetGroup": "AIRFLOW.15 judges it with the database",
    "aws:elasticache/parameterGroup:ParameterGroup": "AIRFLOW.21 judges it with the broker",
    "aws:elasticache/subnetGroup:SubnetGroup": "AIRFLOW.15 judges it with the broker",
    "random:index/randomId:RandomId": "part of a name",
    "pulumi:pulumi:Stack": "the stack itself",
    "pulumi:providers:random": "has nothing to set",
}
"""Types that no policy is asked of, and why."""


@policy("AIRFLOW.80", Severity.HIGH, AWS_PROVIDER, fix="Set account.id; leave credentials to the environment")
def one_account(provider: Resource, _: Graph) -> str | None:
    """The program refuses to run in another account, carries no credentials, and calls AWS itself."""
    given = [name for name in (*CREDENTIALS, *ELSEWHERE) if at(provider.inputs, name) not in _OFF]
    return f"{given[0]} is set" if given else unless_given(provider, "allowedAccountIds")


@policy("AIRFLOW.81", Severity.LOW, AWS_PROVIDER, fix=f"Set tags: {', '.join(REQUIRED_TAGS)}")
def tagged(provider: Resource, _: Graph) -> str | None:
    """Everything in the cloud says what it belongs to, and who pays for it."""
    given = at(provider.inputs, "defaultTags")
    tags = at(json.loads(given) if isinstance(given, str) else given, "tags") or {}
    missing = [name for name in REQUIRED_TAGS if not tags.get(name)]
    return f"default tags lack {', '.join(missing)}" if missing else None


@policy("AIRFLOW.82", Severity.HIGH, KUBERNETES_PROVIDER, fix="Set cluster_identifier to the cluster's ARN")
def one_cluster(provider: Resource, _: Graph) -> str | None:
    """A changed endpoint does not plan the replacement of every object."""
    return unless_given(provider, "clusterIdentifier")


@policy("AIRFLOW.87", Severity.HIGH, KUBERNETES_PROVIDER, fix="Use the kubeconfig of components/lookups.py")
def short_lived_access(provider: Resource, _: Graph) -> str | None:
    """The cluster is reached over verified TLS, with a token that is fetched each time."""
    given = plain(at(provider.inputs, "kubeconfig"))
    config = json.loads(given) if isinstance(given, str) else given
    clusters, users = at(config, "clusters") or [], at(config, "users") or []
    if not clusters or not users:
        return "kubeconfig is missing"
    open_ = [c for c in clusters if not str(at(c, "cluster.server")).startswith("https://")]
    unverified = [c for c in clusters if not at(c, "cluster.certificate-authority-data")]
    lasting = [key for user in users for key in at(user, "user") or {} if key != "exec"]
    skipped = any(at(c, "cluster.insecure-skip-tls-verify") for c in clusters)
    if open_ or unverified or skipped:
        return "kubeconfig does not verify the cluster's certificate"
    if lasting:
        return f"kubeconfig holds {', '.join(lasting)}"
    return next((f"kubeconfig runs {_run(user)}" for user in users if not _TOKEN.fullmatch(_run(user))), None)


_TOKEN = re.compile(r"aws --region [a-z0-9-]+ eks get-token --cluster-name [\w-]+")


def _run(user: Any) -> str:
    """What fetches the token, with the names of variables that it is given."""
    command = at(user, "user.exec") or {}
    variables = [str(at(variable, "name")) for variable in command.get("env") or ()]
    return " ".join(map(str, (*variables, command.get("command"), *(command.get("args") or ()))))


@policy("AIRFLOW.83", Severity.HIGH, *STATEFUL, fix="Set protect in its section", only_protected=True)
def protected(resource: Resource, _: Graph) -> str | None:
    """In a protected stack nothing that keeps data can be deleted by Pulumi."""
    return None if resource.protect else "it has no protect"


@policy("AIRFLOW.84", Severity.HIGH, EVERY, fix="Build it below the providers of __main__.py")
def explicit_provider(resource: Resource, graph: Graph) -> str | None:
    """No resource uses a default provider, which would take whatever account the shell is in."""
    package = resource.type.split(":")[0]
    if package == "pulumi" or resource.type.startswith(OURS):
        return None
    provider = graph.find(resource.provider.rsplit("::", 1)[0])
    explicit = provider and provider.type == f"pulumi:providers:{package}" and provider.name[:7] != "default"
    return None if explicit else "it has no explicit provider"


OURS = "airflow:index:"
"""Component types of this program."""


@policy("AIRFLOW.85", Severity.HIGH, RELEASE, fix="Build it in __main__.py")
def whole(release: Resource, graph: Graph) -> str | None:
    """Nothing that guards a stack, or that Airflow keeps its data in, is left out."""
    types = (*WHOLE, GROUP) if uses_celery(release) else WHOLE
    missing = [type_ for type_ in types if not graph.of_type(type_)]
    return f"the stack has no {', '.join(missing)}" if missing else None


@policy(
    "AIRFLOW.86",
    Severity.HIGH,
    EVERY,
    fix="Write a policy for its type, or say in policies/program.py why none",
)
def known_type(resource: Resource, _: Graph) -> str | None:
    """Every type of resource is one that somebody has judged."""
    judged = {type_ for policy in POLICIES for type_ in policy.types} | HARMLESS.keys()
    known = resource.type in judged or resource.type.startswith(OURS)
    return None if known else f"nobody has judged {resource.type}"


@policy(
    "AIRFLOW.73",
    Severity.CRITICAL,
    EVERY,
    fix="Pass the Output on as it is, or a Secret's name",
    sees_secrets=True,
)
def no_plain_secret(resource: Resource, graph: Graph) -> str | None:
    """No secret stands among inputs that are no secrets: in no text, argument or base64."""
    text = json.dumps(redact(resource.inputs), ensure_ascii=False)
    known = [secret for secret in graph.secrets() if len(secret) >= LEAST_SECRET]
    encoded = (base64.b64encode(secret.encode()).decode().rstrip("=") for secret in known)
    found = any(s in text for s in (*known, *encoded)) or _COVERED.search(text)
    return "a plain input holds a secret" if found else None


_COVERED = re.compile(COVERED)
"""What stands in a secret's place in the report, which has secrets closed."""
LEAST_SECRET = 12
"""Shorter texts are found everywhere."""
