"""Turns alarm rules into CloudWatch alarms that report to the alarm topic when they begin and end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pulumi import Input, ResourceOptions
from pulumi_aws import cloudwatch

from components.alarm_rules import AlarmRule


def make_alarms(
    name: str,
    rules: Sequence[AlarmRule],
    *,
    namespace: str,
    dimensions: Mapping[str, Input[str]],
    topic_arn: Input[str],
    opts: ResourceOptions,
) -> None:
    """One alarm per rule, for the one thing that `dimensions` names."""
    for rule in rules:
        cloudwatch.MetricAlarm(
            f"{name}-alarm-{rule.key}",
            alarm_description=rule.description,
            namespace=namespace,
            metric_name=rule.metric,
            dimensions=dimensions,
            statistic=rule.statistic,
            comparison_operator=rule.comparison,
            threshold=rule.threshold,
            period=rule.period_seconds,
            evaluation_periods=rule.periods,
            # A stopped or restarting store sends nothing; that says nothing about this rule.
            treat_missing_data="missing",
            actions_enabled=True,
            alarm_actions=[topic_arn],
            ok_actions=[topic_arn],
            opts=opts,
        )
