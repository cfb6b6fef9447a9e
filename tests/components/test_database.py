"""Each control that the database's instance claims to meet, in previews as well as in updates."""

from dataclasses import replace
from typing import Any

import pulumi
import pytest

from components.database import Database
from offline import Graph, Secret, record_program
from tests.components.samples import CHEAP_DATABASE, DATABASE, ENGINE, KEY, PASSWORD, at, built, open_texts

INSTANCE = "aws:rds/instance:Instance"
GROUP = "aws:rds/parameterGroup:ParameterGroup"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"

# Property, value, and the control that asks for it.
ALWAYS: list[tuple[str, Any, str]] = [
    ("publiclyAccessible", False, "RDS.2"),
    ("storageEncrypted", True, "RDS.3"),
    ("kmsKeyId", KEY, "RDS.3"),
    ("enabledCloudwatchLogsExports", ["postgresql", "upgrade"], "RDS.9, RDS.36"),
    ("iamDatabaseAuthenticationEnabled", True, "RDS.10"),
    ("autoMinorVersionUpgrade", True, "RDS.13"),
    ("copyTagsToSnapshot", True, "RDS.17"),
    ("port", 5433, "RDS.23"),
    ("username", "airflow_admin", "RDS.25"),
    ("performanceInsightsEnabled", True, "CKV_AWS_353"),
    ("performanceInsightsKmsKeyId", KEY, "CKV_AWS_354"),
    ("performanceInsightsRetentionPeriod", 7, "the free tier"),
    ("databaseInsightsMode", "standard", "the free tier"),
    ("caCertIdentifier", "rds-ca-rsa2048-g1", "CKV_AWS_211"),
    ("engine", "postgres", "design"),
    ("engineVersion", "17", "the major alone"),
    ("engineLifecycleSupport", "open-source-rds-extended-support-disabled", "no surprise on the bill"),
    ("allowMajorVersionUpgrade", False, "an upgrade is an operation"),
    ("storageType", "gp3", "design"),
    ("allocatedStorage", 100, "design"),
    ("maxAllocatedStorage", 500, "autoscaling"),
    ("iops", None, "an error below 400 GiB"),
    ("storageThroughput", None, "an error below 400 GiB"),
    ("applyImmediately", True, "a rotated password and its Secret belong together"),
    ("manageMasterUserPassword", None, "excludes a password of ours"),
]
CAREFUL: list[tuple[str, Any, str]] = [
    ("multiAz", True, "RDS.5"),
    ("monitoringInterval", 60, "RDS.6"),
    ("deletionProtection", True, "RDS.8"),
    ("backupRetentionPeriod", 14, "RDS.11"),
    ("deleteAutomatedBackups", False, "design"),
    ("skipFinalSnapshot", False, "design"),
    ("backupWindow", "03:00-04:00", "design"),
    ("maintenanceWindow", "sun:05:00-sun:06:00", "design"),
]
WAIVED: list[tuple[str, Any, str]] = [
    ("multiAz", False, "RDS.5"),
    ("monitoringInterval", 0, "RDS.6"),
    ("monitoringRoleArn", None, "RDS.6"),
    ("deletionProtection", False, "RDS.8"),
    ("backupRetentionPeriod", 1, "RDS.11"),
    ("deleteAutomatedBackups", True, "design"),
    ("skipFinalSnapshot", True, "design"),
    ("finalSnapshotIdentifier", None, "design"),
]


@pytest.fixture(scope="module", params=[False, True], ids=["update", "preview"])
def graph(request: pytest.FixtureRequest) -> Graph:
    return built(Database, "database", DATABASE, preview=request.param)


@pytest.fixture(scope="module")
def dev() -> Graph:
    return built(Database, "database", CHEAP_DATABASE)


def changed(**fields: Any) -> Graph:
    return built(Database, "database", replace(DATABASE, **fields))


@pytest.mark.parametrize(("path", "expected", "control"), ALWAYS + CAREFUL)
def test_a_careful_stack_meets_the_control(graph: Graph, path: str, expected: Any, control: str) -> None:
    assert at(graph.only(INSTANCE), path) == expected, control


@pytest.mark.parametrize(("path", "expected", "control"), ALWAYS)
def test_a_cheap_stack_keeps_encryption_privacy_and_logs(
    dev: Graph, path: str, expected: Any, control: str
) -> None:
    assert at(dev.only(INSTANCE), path) == expected, control


@pytest.mark.parametrize(("path", "expected", "control"), WAIVED)
def test_a_cheap_stack_may_waive_availability_and_monitoring(
    dev: Graph, path: str, expected: Any, control: str
) -> None:
    assert at(dev.only(INSTANCE), path) == expected, control


def test_the_password_is_secret() -> None:
    graph = record_program(
        lambda: Database("database", replace(DATABASE, master_password=pulumi.Output.secret(PASSWORD)))
    )
    assert graph.only(INSTANCE).inputs["password"] == Secret(PASSWORD)
    assert PASSWORD not in "\n".join(text for r in graph.resources for text in open_texts(r.inputs))


def test_only_the_instance_is_protected(graph: Graph) -> None:
    assert [r.name for r in graph.resources if r.protect] == ["database-instance"]


def test_a_cheap_stack_protects_nothing(dev: Graph) -> None:
    assert [r.name for r in dev.resources if r.protect] == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("rds.force_ssl", "1"),
        ("log_min_duration_statement", "1000"),
        ("log_statement", "ddl"),
        ("idle_in_transaction_session_timeout", "600000"),
    ],
)
def test_parameters_force_tls_and_log_slow_statements_at_once(graph: Graph, name: str, value: str) -> None:
    found = [p for p in graph.only(GROUP).inputs["parameters"] if p["name"] == name]
    assert found == [{"name": name, "value": value, "applyMethod": "immediate"}]


def test_the_connection_limit_is_left_to_the_instance_class(graph: Graph) -> None:
    assert "max_connections" not in [p["name"] for p in graph.only(GROUP).inputs["parameters"]]


def test_a_new_major_version_gets_a_parameter_group_beside_the_old_one() -> None:
    old, new = built(Database, "database", DATABASE), changed(engine=replace(ENGINE, engine_version="18"))
    assert new.only(GROUP).inputs["family"] == "postgres18"
    assert new.only(GROUP).name != old.only(GROUP).name
    assert "name" not in new.only(GROUP).inputs


def test_machines_of_the_cluster_and_named_groups_may_connect_and_nobody_else(graph: Graph) -> None:
    rules = {r.inputs["referencedSecurityGroupId"]: r.inputs for r in graph.of_type(INGRESS)}
    assert set(rules) == {"sg-cluster", "sg-karpenter"}
    for rule in rules.values():
        assert (rule["ipProtocol"], rule["fromPort"], rule["toPort"]) == ("tcp", 5433, 5433)
        assert not {"cidrIpv4", "cidrIpv6", "prefixListId"} & set(rule)
        assert rule["description"]


def test_the_firewall_is_described_and_lets_nothing_out(graph: Graph) -> None:
    firewall = graph.only("aws:ec2/securityGroup:SecurityGroup")
    assert firewall.inputs["description"]
    assert not {"egress", "ingress"} & set(firewall.inputs)
    assert [r.name for r in graph.resources if "Egress" in r.type] == []


def test_a_replacement_never_meets_the_old_instances_name_or_snapshot() -> None:
    old = built(Database, "database", DATABASE).only(INSTANCE).inputs
    new = changed(engine=replace(ENGINE, master_username="other")).only(INSTANCE).inputs
    assert old["finalSnapshotIdentifier"] == f"{old['identifier']}-final"
    assert old["identifier"] != new["identifier"]
    assert old["finalSnapshotIdentifier"] != new["finalSnapshotIdentifier"]


def test_a_changed_size_keeps_the_instances_name() -> None:
    old = built(Database, "database", DATABASE).only(INSTANCE).inputs
    new = changed(engine=replace(ENGINE, instance_class="db.m7g.xlarge")).only(INSTANCE).inputs
    assert old["identifier"] == new["identifier"]


def test_outputs_say_how_to_connect_and_what_to_grant() -> None:
    graph = built(Database, "database", DATABASE)
    outputs, instance = graph.named("database").outputs, graph.only(INSTANCE).outputs
    assert outputs == {
        "address": instance["address"],
        "port": 5433,
        "instance_id": instance["identifier"],
        "arn": instance["arn"],
        "resource_id": instance["resourceId"],
        "name": "airflow",
        "master_username": "airflow_admin",
    }
