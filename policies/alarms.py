"""Log groups, the alarm topic and the alarms: what tells of trouble."""

from __future__ import annotations

from offline.graph import Graph, Resource
from policies.documents import statements
from policies.openings import to_strangers
from policies.relations import named_by, parts_of
from policies.rule import Severity, at, policy, unless, unless_at_least, unless_given

LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
TOPIC = "aws:sns/topic:Topic"
TOPIC_POLICY = "aws:sns/topicPolicy:TopicPolicy"
SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"


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
    """Messages are encrypted with our key: alarms cannot be published under AWS's own."""
    got = unless_given(topic, "kmsMasterKeyId")
    return got or ("kmsMasterKeyId is AWS's own" if "alias/aws/" in _text(topic) else None)


def _text(topic: Resource) -> str:
    return str(topic.inputs.get("kmsMasterKeyId"))


@policy("SNS.4", Severity.CRITICAL, TOPIC, TOPIC_POLICY, fix="Name service principals and aws:SourceAccount")
def closed_topic(resource: Resource, graph: Graph) -> str | None:
    """Only services that act for this account publish; the topic's policy is one that says so."""
    if resource.type == TOPIC:
        if at(resource.inputs, "policy"):
            return "it has an inline policy"
        return None if parts_of(resource, TOPIC_POLICY, "arn", graph) else "it has no policy"
    if not statements(resource):
        return "policy is missing or not readable"
    return to_strangers(resource, graph)


@policy("CloudWatch.15", Severity.HIGH, ALARM, fix="Send the alarm to the topic")
def heard(alarm: Resource, graph: Graph) -> str | None:
    """An alarm goes to the topic of this stack."""
    if problem := unless_given(alarm, "alarmActions"):
        return problem
    topics = [*graph.of_type(TOPIC), *graph.of_type(TOPIC_POLICY)]
    known = {topic.urn for topic in topics} & set(alarm.property_dependencies.get("alarmActions", ()))
    return None if known else f"alarmActions is {alarm.inputs['alarmActions']}"


@policy("CloudWatch.17", Severity.HIGH, ALARM, fix="Leave the alarm's actions enabled")
def active(alarm: Resource, _: Graph) -> str | None:
    """An alarm that goes off does what it is told to."""
    return unless(alarm, "actionsEnabled", True)


@policy("AIRFLOW.35", Severity.HIGH, TOPIC, fix="Set account.alarm_emails", only_protected=True)
def subscribed(topic: Resource, graph: Graph) -> str | None:
    """In a protected stack somebody gets the alarms."""
    return None if parts_of(topic, SUBSCRIPTION, "topic", graph) else "nobody subscribes to it"


@policy("AIRFLOW.36", Severity.MEDIUM, SUBSCRIPTION, fix="Subscribe by email or https")
def private_way(subscription: Resource, graph: Graph) -> str | None:
    """Alarms are not sent in plain text, and are those of this stack."""
    if at(subscription.inputs, "protocol") not in ("email", "email-json", "https"):
        return f"protocol is {at(subscription.inputs, 'protocol') or 'missing'}"
    return None if named_by(subscription, "topic", TOPIC, graph) else "topic is none of this stack"
