"""Edits that break the policies of topic, alarms, logs and network, one clause at a time."""

from tests.policies.breaking import DELETE, Edit, also, cut, document, gone, put, statement

TOPIC, TOPIC_POLICY = "aws:sns/topic:Topic", "aws:sns/topicPolicy:TopicPolicy"
SUBSCRIPTION, ALARM = "aws:sns/topicSubscription:TopicSubscription", "aws:cloudwatch/metricAlarm:MetricAlarm"
LOGS, GROUP = "aws:cloudwatch/logGroup:LogGroup", "aws:ec2/securityGroup:SecurityGroup"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"

CLAUSES: dict[str, list[Edit]] = {
    "AIRFLOW.18": [
        gone(ALARM),
        *(gone(ALARM, f"database-alarm-{name}") for name in ("free-storage", "connections", "memory")),
        gone(ALARM, "cache-node-1-alarm-memory"),
        gone(ALARM, "cache-node-2-alarm-evictions"),
        put(ALARM, "metricName", "CPUUtilization"),
        *(put(ALARM, "threshold", value) for value in (1e15, -1, "684")),
        put(ALARM, "threshold", 0, name="database-alarm-free-storage"),
        put(ALARM, "threshold", 100, name="cache-node-1-alarm-memory"),
        put(ALARM, "comparisonOperator", "LessThanThreshold", name="database-alarm-connections"),
        put(ALARM, "evaluationPeriods", 1000),
        put(ALARM, "period", 86_400, name="database-alarm-memory"),
        cut(ALARM, "threshold"),
        put(ALARM, "dimensions", {"DBInstanceIdentifier": "another"}),
        cut(ALARM, "dimensions"),
    ],
    "SNS.1": [
        put(TOPIC, "kmsMasterKeyId", ""),
        put(TOPIC, "kmsMasterKeyId", "alias/aws/sns"),
        cut(TOPIC, "kmsMasterKeyId"),
    ],
    "SNS.4": [
        statement(TOPIC_POLICY, Principal={"AWS": "*"}),
        statement(TOPIC_POLICY, Principal="*"),
        statement(TOPIC_POLICY, Principal={"AWS": "arn:aws:iam::999988887777:root"}),
        statement(TOPIC_POLICY, Condition=DELETE),
        statement(TOPIC_POLICY, Condition={"StringEquals": {"aws:SourceAccount": "999988887777"}}),
        also(TOPIC_POLICY, like="alarms", policy=document({"Effect": "Allow", "Principal": "*"})),
        put(TOPIC, "policy", document({"Effect": "Allow", "Principal": "*"})),
        cut(TOPIC_POLICY, "policy"),
        gone(TOPIC_POLICY),
    ],
    "CloudWatch.15": [
        put(ALARM, "alarmActions", []),
        put(ALARM, "alarmActions", ["arn:aws:sns:us-east-1:999988887777:theirs"]),
        cut(ALARM, "alarmActions"),
    ],
    "CloudWatch.16": [
        put(LOGS, "retentionInDays", 364),
        put(LOGS, "retentionInDays", 0),
        cut(LOGS, "retentionInDays"),
    ],
    "CloudWatch.17": [put(ALARM, "actionsEnabled", False), cut(ALARM, "actionsEnabled")],
    "AIRFLOW.33": [put(LOGS, "kmsKeyId", ""), cut(LOGS, "kmsKeyId")],
    "AIRFLOW.35": [gone(SUBSCRIPTION), put(SUBSCRIPTION, "topic", "arn:aws:sns:us-east-1:1:another")],
    "AIRFLOW.36": [
        put(SUBSCRIPTION, "protocol", "http"),
        put(SUBSCRIPTION, "topic", "arn:aws:sns:us-east-1:999988887777:theirs"),
        cut(SUBSCRIPTION, "protocol"),
    ],
    "EC2.18": [
        put(INGRESS, "toPort", 65535),
        put(INGRESS, "fromPort", 0),
        put(INGRESS, "ipProtocol", "-1"),
        put(INGRESS, "ipProtocol", "udp"),
        also(INGRESS, like="database", fromPort=22, toPort=22),
        cut(INGRESS, "fromPort"),
        cut(INGRESS, "ipProtocol"),
    ],
    "EC2.19": [
        put(INGRESS, "cidrIpv4", "0.0.0.0/0"),
        put(INGRESS, "cidrIpv4", "10.0.0.0/8"),
        put(INGRESS, "cidrIpv6", "::/0"),
        put(INGRESS, "prefixListId", "pl-1"),
        put(INGRESS, "referencedSecurityGroupId", "999988887777/sg-1"),
        cut(INGRESS, "referencedSecurityGroupId"),
    ],
    "AIRFLOW.50": [put(GROUP, "ingress", [{"fromPort": 22}]), put(GROUP, "egress", [{"protocol": "-1"}])],
    "AIRFLOW.51": [put(GROUP, "description", ""), cut(GROUP, "description"), cut(INGRESS, "description")],
    "AIRFLOW.53": [put(INGRESS, "securityGroupId", "sg-of-somebody-else"), cut(INGRESS, "securityGroupId")],
}
