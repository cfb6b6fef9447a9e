"""Keys, parameters, log groups and the alarm topic: what keeps secrets and what tells of trouble."""

from __future__ import annotations

from offline.graph import Graph, Resource, Secret
from policies.documents import conditions, principals, statements
from policies.rule import Severity, at, policy, unless, unless_at_least, unless_given

KEY = "aws:kms/key:Key"
PARAMETER = "aws:ssm/parameter:Parameter"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
TOPIC = "aws:sns/topic:Topic"
TOPIC_POLICY = "aws:sns/topicPolicy:TopicPolicy"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
GENERATED = ("random:index/randomPassword:RandomPassword", "random:index/randomBytes:RandomBytes")
LEAST_WINDOW_DAYS, LEAST_PASSWORD, LEAST_BYTES = 7, 16, 32


@policy("KMS.4", Severity.MEDIUM, KEY, fix="Leave key rotation on")
def rotated(key: Resource, _: Graph) -> str | None:
    """The key's material changes every year."""
    return unless(key, "enableKeyRotation", True)


@policy("KMS.3", Severity.CRITICAL, KEY, fix="Set secrets.key_deletion_window_days")
def deletion_window(key: Resource, _: Graph) -> str | None:
    """A key scheduled for deletion can be saved for a week at least."""
    return unless_at_least(key, "deletionWindowInDays", LEAST_WINDOW_DAYS)


@policy("KMS.5", Severity.CRITICAL, KEY, fix="Name principals in the key's policy")
def not_public(key: Resource, _: Graph) -> str | None:
    """Nobody outside the account may use the key."""
    found = statements(key)
    if not found:
        return "policy is missing"
    everybody = [s for s in found if "*" in [n for ns in principals(s).values() for n in ns]]
    return "its policy names everybody" if any(s.get("Effect") == "Allow" for s in everybody) else None


@policy("AIRFLOW.30", Severity.HIGH, PARAMETER, fix="Make it a SecureString under our key")
def encrypted_parameter(parameter: Resource, _: Graph) -> str | None:
    """A parameter is encrypted with our key."""
    return unless(parameter, "type", "SecureString") or unless_given(parameter, "keyId")


@policy(
    "AIRFLOW.31", Severity.CRITICAL, PARAMETER, fix="Wrap the value with Output.secret", sees_secrets=True
)
def secret_parameter(parameter: Resource, _: Graph) -> str | None:
    """A parameter's value is a secret in Pulumi's state as well."""
    value = at(parameter.inputs, "value")
    return None if isinstance(value, Secret) else "its value is not marked as a secret"


@policy("AIRFLOW.32", Severity.HIGH, *GENERATED, fix="Generate 16 characters or 32 bytes at least")
def long_enough(generated: Resource, _: Graph) -> str | None:
    """A generated secret cannot be guessed."""
    least = LEAST_BYTES if generated.type == GENERATED[1] else LEAST_PASSWORD
    return unless_at_least(generated, "length", least)


@policy("CloudWatch.16", Severity.MEDIUM, LOG_GROUP, fix="Set a retention of 365 days, or waive it")
def retained(group: Resource, _: Graph) -> str | None:
    """Logs are kept for a year, and not for ever."""
    return unless_at_least(group, "retentionInDays", 365)


@policy("AIRFLOW.33", Severity.MEDIUM, LOG_GROUP, fix="Give the log group our key")
def encrypted_logs(group: Resource, _: Graph) -> str | None:
    """Logs, in which statements with data may stand, are encrypted with our key."""
    return unless_given(group, "kmsKeyId")


@policy("SNS.1", Severity.MEDIUM, TOPIC, fix="Give the topic our key")
def encrypted_topic(topic: Resource, _: Graph) -> str | None:
    """Messages are encrypted with our key."""
    return unless_given(topic, "kmsMasterKeyId")


@policy("SNS.4", Severity.CRITICAL, TOPIC_POLICY, fix="Name service principals and aws:SourceAccount")
def closed_topic(topic_policy: Resource, _: Graph) -> str | None:
    """Only services that act for this account publish."""
    found = statements(topic_policy)
    if not found:
        return "policy is missing"
    for statement in found:
        account = conditions(statement, "StringEquals").get("aws:SourceAccount")
        if set(principals(statement)) != {"Service"} or not account:
            return "its policy lets others publish"
    return None


@policy("CloudWatch.15", Severity.HIGH, ALARM, fix="Send the alarm to the topic")
def heard(alarm: Resource, _: Graph) -> str | None:
    """An alarm reaches somebody."""
    return unless(alarm, "actionsEnabled", True) or unless_given(alarm, "alarmActions")
