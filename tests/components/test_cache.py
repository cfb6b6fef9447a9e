"""Each control that the broker claims to meet, in previews as well as in updates."""

from dataclasses import replace
from typing import Any

import pulumi
import pytest

from components.cache import Cache
from offline import Graph, Secret, record_program
from tests.components.samples import (
    CACHE,
    CACHE_ENGINE,
    CACHE_UPKEEP,
    KEY,
    PASSWORD,
    TOPIC,
    at,
    built,
    open_texts,
)

GROUP = "aws:elasticache/replicationGroup:ReplicationGroup"
PARAMETERS = "aws:elasticache/parameterGroup:ParameterGroup"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
DEV = replace(
    CACHE,
    protect=False,
    engine=replace(CACHE_ENGINE, nodes=1),
    upkeep=replace(CACHE_UPKEEP, snapshot_retention_days=0),
    log_retention_days=7,
)

ALWAYS: list[tuple[str, Any, str]] = [
    ("autoMinorVersionUpgrade", True, "ElastiCache.2"),
    ("atRestEncryptionEnabled", True, "ElastiCache.4"),
    ("kmsKeyId", KEY, "CKV_AWS_191"),
    ("transitEncryptionEnabled", True, "ElastiCache.5"),
    ("transitEncryptionMode", "required", "ElastiCache.5"),
    ("clusterMode", "disabled", "kombu knows no cluster"),
    ("numNodeGroups", None, "excludes a number of nodes"),
    ("engine", "valkey", "design"),
    ("engineVersion", "8.0", "design"),
    ("port", 6379, "design"),
    ("applyImmediately", True, "a token changes at once or not at all"),
    ("authTokenUpdateStrategy", "ROTATE", "old and new token are valid while pods restart"),
]
CAREFUL: list[tuple[str, Any, str]] = [
    ("snapshotRetentionLimit", 1, "ElastiCache.1"),
    ("automaticFailoverEnabled", True, "ElastiCache.3"),
    ("multiAzEnabled", True, "ElastiCache.3"),
    ("numCacheClusters", 2, "ElastiCache.3"),
    ("snapshotWindow", "02:00-03:00", "design"),
    ("maintenanceWindow", "sun:06:00-sun:07:00", "design"),
]
WAIVED: list[tuple[str, Any, str]] = [
    ("snapshotRetentionLimit", 0, "ElastiCache.1"),
    ("automaticFailoverEnabled", False, "ElastiCache.3"),
    ("multiAzEnabled", False, "ElastiCache.3"),
    ("numCacheClusters", 1, "ElastiCache.3"),
    ("finalSnapshotIdentifier", None, "design"),
]


@pytest.fixture(scope="module", params=[False, True], ids=["update", "preview"])
def graph(request: pytest.FixtureRequest) -> Graph:
    return built(Cache, "cache", CACHE, preview=request.param)


@pytest.fixture(scope="module")
def dev() -> Graph:
    return built(Cache, "cache", DEV)


@pytest.mark.parametrize(("path", "expected", "control"), ALWAYS + CAREFUL)
def test_a_careful_stack_meets_the_control(graph: Graph, path: str, expected: Any, control: str) -> None:
    assert at(graph.only(GROUP), path) == expected, control


@pytest.mark.parametrize(("path", "expected", "control"), ALWAYS)
def test_a_cheap_stack_keeps_encryption_and_the_token(
    dev: Graph, path: str, expected: Any, control: str
) -> None:
    assert at(dev.only(GROUP), path) == expected, control


@pytest.mark.parametrize(("path", "expected", "control"), WAIVED)
def test_a_cheap_stack_may_waive_availability_and_snapshots(
    dev: Graph, path: str, expected: Any, control: str
) -> None:
    assert at(dev.only(GROUP), path) == expected, control


def test_the_token_is_secret() -> None:
    graph = record_program(lambda: Cache("cache", replace(CACHE, token=pulumi.Output.secret(PASSWORD))))
    assert graph.only(GROUP).inputs["authToken"] == Secret(PASSWORD)
    assert PASSWORD not in "\n".join(text for r in graph.resources for text in open_texts(r.inputs))


def test_only_the_replication_group_is_protected(graph: Graph) -> None:
    assert [r.name for r in graph.resources if r.protect] == ["cache-group"]


def test_a_cheap_stack_protects_nothing(dev: Graph) -> None:
    assert [r.name for r in dev.resources if r.protect] == []


@pytest.mark.parametrize(
    ("engine", "version", "family"),
    [("valkey", "7.2", "valkey7"), ("valkey", "8.1", "valkey8"), ("redis", "7.1", "redis7")],
)
def test_tasks_are_never_evicted_whatever_the_engine(engine: Any, version: str, family: str) -> None:
    args = replace(CACHE, engine=replace(CACHE_ENGINE, engine=engine, engine_version=version))
    group = built(Cache, "cache", args).only(PARAMETERS)
    assert group.name == f"cache-parameters-{family}"
    assert group.inputs["family"] == family
    assert group.inputs["parameters"] == [{"name": "maxmemory-policy", "value": "noeviction"}]


def test_the_group_uses_our_subnets_parameters_and_firewall() -> None:
    graph = built(Cache, "cache", CACHE)
    needed = {
        graph.named(f"cache-{part}").urn for part in ("subnets", "parameters-valkey8", "firewall", "slow-log")
    }
    assert needed <= set(graph.only(GROUP).dependencies)
    assert graph.named("cache-subnets").inputs["subnetIds"] == ["subnet-a", "subnet-b"]


def test_machines_of_the_cluster_and_named_groups_may_connect_and_nobody_else(graph: Graph) -> None:
    rules = {r.inputs["referencedSecurityGroupId"]: r.inputs for r in graph.of_type(INGRESS)}
    assert set(rules) == {"sg-cluster", "sg-karpenter"}
    for rule in rules.values():
        assert (rule["ipProtocol"], rule["fromPort"], rule["toPort"]) == ("tcp", 6379, 6379)
        assert not {"cidrIpv4", "cidrIpv6", "prefixListId"} & set(rule)
        assert rule["description"]


def test_the_firewall_lets_nothing_out(graph: Graph) -> None:
    assert "egress" not in graph.only("aws:ec2/securityGroup:SecurityGroup").inputs
    assert [r.name for r in graph.resources if "Egress" in r.type] == []


@pytest.mark.parametrize("log", ["slow-log", "engine-log"])
def test_logs_are_delivered_to_encrypted_expiring_groups(log: str) -> None:
    graph = built(Cache, "cache", CACHE)
    group = graph.only(LOG_GROUP, f"cache-{log}").inputs
    assert group["name"].startswith("/aws/vendedlogs/elasticache/airflow-")
    assert (group["kmsKeyId"], group["retentionInDays"]) == (KEY, 365)
    assert {
        "destination": group["name"],
        "destinationType": "cloudwatch-logs",
        "logFormat": "json",
        "logType": log,
    } in graph.only(GROUP).inputs["logDeliveryConfigurations"]


def test_the_final_snapshot_has_a_suffix() -> None:
    inputs = built(Cache, "cache", CACHE).only(GROUP).inputs
    before, suffix, after = inputs["finalSnapshotIdentifier"].rpartition("airflow-cache-")[2].partition("-")
    assert (len(before), suffix, after) == (8, "-", "final")


def test_setting_ends_the_old_token_after_a_rotation() -> None:
    args = replace(CACHE, engine=replace(CACHE_ENGINE, auth_update_strategy="SET"))
    assert built(Cache, "cache", args).only(GROUP).inputs["authTokenUpdateStrategy"] == "SET"


@pytest.mark.parametrize("node", [1, 2])
@pytest.mark.parametrize(
    ("alarm", "metric", "threshold"),
    [
        ("memory", "DatabaseMemoryUsagePercentage", 75),
        ("evictions", "Evictions", 0),
        ("engine-cpu", "EngineCPUUtilization", 80),
        ("cpu-credits", "CPUCreditBalance", 5),
    ],
)
def test_every_node_is_watched(node: int, alarm: str, metric: str, threshold: float) -> None:
    graph = built(Cache, "cache", CACHE)
    inputs = graph.only(ALARM, f"cache-node-{node}-alarm-{alarm}").inputs
    assert (inputs["namespace"], inputs["metricName"]) == ("AWS/ElastiCache", metric)
    assert inputs["threshold"] == threshold
    assert inputs["dimensions"] == {"CacheClusterId": f"{graph.only(GROUP).id}-00{node}"}
    assert inputs["alarmActions"] == [TOPIC]
    assert inputs["alarmDescription"]


def test_a_node_type_without_credits_is_not_watched_for_them() -> None:
    args = replace(CACHE, engine=replace(CACHE_ENGINE, node_type="cache.m7g.large"))
    metrics = {alarm.inputs["metricName"] for alarm in built(Cache, "cache", args).of_type(ALARM)}
    assert metrics == {"DatabaseMemoryUsagePercentage", "Evictions", "EngineCPUUtilization"}


def test_outputs_are_the_primary_endpoint() -> None:
    graph = built(Cache, "cache", CACHE)
    address = graph.only(GROUP).outputs["primaryEndpointAddress"]
    assert graph.named("cache").outputs == {"address": address, "port": 6379}
