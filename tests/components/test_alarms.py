"""The topic that alarms go to."""

import json
from dataclasses import replace

import pytest

from components.alarms import Alarms, AlarmsArgs
from tests.components.samples import ACCOUNT, KEY, built

TOPIC = "aws:sns/topic:Topic"
POLICY = "aws:sns/topicPolicy:TopicPolicy"
SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"
ARGS = AlarmsArgs(key_arn=KEY, account_id=ACCOUNT, emails=["a@example.com", "b@example.com"])


@pytest.mark.parametrize("preview", [False, True])
def test_the_topic_is_encrypted_with_our_key(preview: bool) -> None:
    assert built(Alarms, "alarms", ARGS, preview=preview).only(TOPIC).inputs["kmsMasterKeyId"] == KEY


def test_only_this_accounts_alarms_and_database_events_may_publish() -> None:
    graph = built(Alarms, "alarms", ARGS)
    (statement,) = json.loads(graph.only(POLICY).inputs["policy"])["Statement"]
    assert statement["Principal"] == {"Service": ["cloudwatch.amazonaws.com", "events.rds.amazonaws.com"]}
    assert statement["Action"] == "sns:Publish"
    assert statement["Resource"] == graph.only(TOPIC).outputs["arn"]
    assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}


def test_each_address_is_subscribed() -> None:
    found = built(Alarms, "alarms", ARGS).of_type(SUBSCRIPTION)
    assert {r.inputs["endpoint"] for r in found} == set(ARGS.emails)
    assert {r.inputs["protocol"] for r in found} == {"email"}


def test_taking_one_address_away_leaves_the_others_alone() -> None:
    before = {r.inputs["endpoint"]: r.urn for r in built(Alarms, "alarms", ARGS).of_type(SUBSCRIPTION)}
    (left,) = built(Alarms, "alarms", replace(ARGS, emails=["b@example.com"])).of_type(SUBSCRIPTION)
    assert left.urn == before["b@example.com"]


def test_without_addresses_the_topic_is_still_there() -> None:
    graph = built(Alarms, "alarms", replace(ARGS, emails=[]))
    assert graph.of_type(SUBSCRIPTION) == []
    assert graph.named("alarms").outputs == {"topic_arn": graph.only(TOPIC).outputs["arn"]}


def test_what_is_not_an_address_is_refused() -> None:
    with pytest.raises(ValueError, match="emails: e-mail addresses, got pager"):
        replace(ARGS, emails=["pager"])


def test_an_address_given_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="emails: each address once"):
        replace(ARGS, emails=["a@example.com", "a@example.com"])
