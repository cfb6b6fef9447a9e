"""Where alarms go: one encrypted topic and its e-mail subscribers. Alarms live with what they watch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_aws import sns

from components import iam_documents, naming


@dataclass(frozen=True, kw_only=True)
class AlarmsArgs:
    """What Alarms needs from its caller."""

    key_arn: Input[str]
    """Our own key: CloudWatch cannot publish through the key that AWS manages for SNS."""
    account_id: Input[str]
    emails: Sequence[str] = ()
    """Each gets a mail to confirm; with none, the topic waits for other subscribers."""

    def __post_init__(self) -> None:
        wrong = [email for email in self.emails if "@" not in email]
        if wrong:
            raise ValueError(f"emails: e-mail addresses, got {', '.join(wrong)}")
        if len(set(self.emails)) != len(self.emails):
            raise ValueError(f"emails: each address once, got {', '.join(self.emails)}")


class Alarms(pulumi.ComponentResource):
    """An encrypted SNS topic to which only this account's alarms and database events may publish."""

    topic_arn: Output[str]

    def __init__(self, name: str, args: AlarmsArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("airflow:index:Alarms", name, None, opts)
        child = ResourceOptions(parent=self)

        topic = sns.Topic(f"{name}-topic", kms_master_key_id=args.key_arn, opts=child)
        policy = Output.all(topic_arn=topic.arn, account_id=args.account_id).apply(
            lambda known: iam_documents.topic_policy(**known)
        )
        allowed = sns.TopicPolicy(f"{name}-topic-policy", arn=topic.arn, policy=policy, opts=child)
        for email in args.emails:
            sns.TopicSubscription(
                # By digest, not by position: taking one address away must not touch the others.
                f"{name}-email-{naming.digest(email)}",
                topic=topic.arn,
                protocol="email",
                endpoint=email,
                opts=child,
            )

        # Through the policy: RDS refuses a subscription to a topic that it may not publish to yet.
        self.topic_arn = allowed.arn
        self.register_outputs({"topic_arn": self.topic_arn})
