"""What watches the database: log groups, enhanced monitoring, events, alarms."""

from dataclasses import replace

import pytest

from components.alarm_rules import AlarmRule
from components.database import Database
from offline import Graph
from tests.components.samples import (
    ACCOUNT,
    BOUNDARY,
    CHEAP_DATABASE,
    DATABASE,
    KEY,
    MONITORING,
    TOPIC,
    built,
)

INSTANCE = "aws:rds/instance:Instance"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
EVENTS = "aws:rds/eventSubscription:EventSubscription"


@pytest.fixture(scope="module", params=[False, True], ids=["update", "preview"])
def graph(request: pytest.FixtureRequest) -> Graph:
    return built(Database, "database", DATABASE, preview=request.param)


@pytest.fixture(scope="module")
def dev() -> Graph:
    return built(Database, "database", CHEAP_DATABASE)


@pytest.mark.parametrize("export", ["postgresql", "upgrade"])
def test_log_groups_exist_encrypted_and_expiring_before_the_instance(export: str) -> None:
    graph = built(Database, "database", DATABASE)
    instance, group = graph.only(INSTANCE), graph.only(LOG_GROUP, f"database-{export}-log")
    assert group.inputs["name"] == f"/aws/rds/instance/{instance.inputs['identifier']}/{export}"
    assert (group.inputs["kmsKeyId"], group.inputs["retentionInDays"]) == (KEY, 365)
    assert group.urn in instance.dependencies


def test_enhanced_monitoring_has_a_role_that_only_rds_takes_for_this_account() -> None:
    graph = built(
        Database,
        "database",
        replace(DATABASE, monitoring=replace(MONITORING, permissions_boundary_arn=BOUNDARY)),
    )
    role = graph.only("aws:iam/role:Role")
    attached = graph.only("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
    assert "monitoring.rds.amazonaws.com" in role.inputs["assumeRolePolicy"]
    assert ACCOUNT in role.inputs["assumeRolePolicy"]
    assert role.inputs["permissionsBoundary"] == BOUNDARY
    assert attached.inputs["policyArn"].endswith(":policy/service-role/AmazonRDSEnhancedMonitoringRole")
    assert attached.urn in graph.only(INSTANCE).dependencies


def test_without_enhanced_monitoring_there_is_no_role(dev: Graph) -> None:
    assert dev.of_type("aws:iam/role:Role") == []


@pytest.mark.parametrize(
    ("source", "categories"),
    [
        ("db-instance", {"maintenance", "configuration change", "failure"}),
        ("db-parameter-group", {"configuration change"}),
        ("db-security-group", {"configuration change", "failure"}),
    ],
)
def test_operators_hear_of_the_events_of_rds_20_21_and_22(
    graph: Graph, source: str, categories: set[str]
) -> None:
    (found,) = [r for r in graph.of_type(EVENTS) if r.inputs["sourceType"] == source]
    assert set(found.inputs["eventCategories"]) == categories
    assert found.inputs["snsTopic"] == TOPIC


def test_a_cheap_stack_has_no_event_subscriptions(dev: Graph) -> None:
    assert dev.of_type(EVENTS) == []


@pytest.mark.parametrize(
    ("alarm", "metric", "comparison", "threshold"),
    [
        ("free-storage", "FreeStorageSpace", "LessThanThreshold", 5 * 1024**3),
        ("connections", "DatabaseConnections", "GreaterThanThreshold", 684),
        ("memory", "FreeableMemory", "LessThanThreshold", 407_943_577),
        ("cpu", "CPUUtilization", "GreaterThanThreshold", 80),
    ],
)
def test_alarms_watch_what_production_cannot_wait_for(
    graph: Graph, alarm: str, metric: str, comparison: str, threshold: float
) -> None:
    inputs = graph.only(ALARM, f"database-alarm-{alarm}").inputs
    assert (inputs["namespace"], inputs["metricName"]) == ("AWS/RDS", metric)
    assert (inputs["comparisonOperator"], inputs["threshold"]) == (comparison, threshold)


def test_every_alarm_is_described_armed_and_aimed_at_our_instance() -> None:
    graph = built(Database, "database", DATABASE)
    identifier = graph.only(INSTANCE).inputs["identifier"]
    for alarm in graph.of_type(ALARM):
        assert alarm.inputs["alarmActions"] == alarm.inputs["okActions"] == [TOPIC]
        assert alarm.inputs["actionsEnabled"] is True
        assert alarm.inputs["alarmDescription"]
        assert alarm.inputs["dimensions"] == {"DBInstanceIdentifier": identifier}


def test_a_burstable_class_is_watched_by_its_credits_instead_of_its_cpu(dev: Graph) -> None:
    metrics = {alarm.inputs["metricName"] for alarm in dev.of_type(ALARM)}
    assert "CPUCreditBalance" in metrics
    assert "CPUUtilization" not in metrics


def test_an_alarm_rule_compares_in_one_direction() -> None:
    with pytest.raises(ValueError, match="exactly one of below and above"):
        AlarmRule(key="x", metric="M", statistic="Sum", description="d")
