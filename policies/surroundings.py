"""What database and broker need around them: parameters, subnets, a firewall, logs, alarms, listeners."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from offline.graph import Graph, Resource
from policies.cache import GROUP
from policies.database import EXPORTS, INSTANCE
from policies.relations import named_by, refers
from policies.rule import Severity, at, is_number, policy

PARAMETERS = {
    INSTANCE: "aws:rds/parameterGroup:ParameterGroup",
    GROUP: "aws:elasticache/parameterGroup:ParameterGroup",
}
SUBNETS = {
    INSTANCE: ("dbSubnetGroupName", "aws:rds/subnetGroup:SubnetGroup"),
    GROUP: ("subnetGroupName", "aws:elasticache/subnetGroup:SubnetGroup"),
}
FIREWALLS = {INSTANCE: "vpcSecurityGroupIds", GROUP: "securityGroupIds"}
SECURITY_GROUP = "aws:ec2/securityGroup:SecurityGroup"
EVENTS = "aws:rds/eventSubscription:EventSubscription"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
MIB = 1024**2
WATCHED: Mapping[str, Mapping[str, tuple[str, float, float]]] = {
    INSTANCE: {
        "FreeStorageSpace": ("LessThanThreshold", 512 * MIB, 64 * 1024**2 * MIB),
        "DatabaseConnections": ("GreaterThanThreshold", 10, 5000),
        "FreeableMemory": ("LessThanThreshold", 16 * MIB, 1024**2 * MIB),
    },
    GROUP: {
        "DatabaseMemoryUsagePercentage": ("GreaterThanThreshold", 10, 90),
        "Evictions": ("GreaterThanThreshold", 0, 0),
    },
}
"""Measurements whose end is an outage, how they are compared, and with which thresholds: bytes, connections
(RDS's default ends at 5000), percent, keys. Below the least it would wake somebody for ever or never."""
LONGEST_SILENCE_SECONDS = 3600
BROKER_LOGS = {"slow-log", "engine-log"}


@policy("RDS.38", Severity.MEDIUM, INSTANCE, fix="Set rds.force_ssl to 1")
def forced_tls(instance: Resource, graph: Graph) -> str | None:
    """A client without TLS is refused."""
    return _parameter(instance, graph, "rds.force_ssl", ["1"])


@policy("AIRFLOW.10", Severity.MEDIUM, INSTANCE, fix="Set database.idle_in_transaction_timeout_ms")
def no_endless_transaction(instance: Resource, graph: Graph) -> str | None:
    """A forgotten transaction ends, and with it the locks that stop a migration."""
    return _number(instance, graph, "idle_in_transaction_session_timeout", least=1)


@policy("AIRFLOW.17", Severity.LOW, INSTANCE, fix="Set database.slow_statement_ms, and log ddl")
def statements_logged(instance: Resource, graph: Graph) -> str | None:
    """Slow statements and changes of the schema are logged, ordinary ones with their data are not."""
    return _number(instance, graph, "log_min_duration_statement", least=1) or _parameter(
        instance, graph, "log_statement", ["ddl"]
    )


@policy("AIRFLOW.21", Severity.HIGH, GROUP, fix="Set maxmemory-policy to noeviction")
def loses_nothing(group: Resource, graph: Graph) -> str | None:
    """A full broker refuses new tasks and drops no queued one."""
    return _parameter(group, graph, "maxmemory-policy", ["noeviction"])


@policy("RDS.20-22", Severity.LOW, INSTANCE, fix="Set database.event_notifications")
def events(_: Resource, graph: Graph) -> str | None:
    """Somebody hears of failures and changes of instance and parameters, and of the security groups."""
    live = [s for s in graph.of_type(EVENTS) if at(s.inputs, "enabled") is not False]
    told = {at(s.inputs, "sourceType"): set(at(s.inputs, "eventCategories") or ()) for s in live}
    for source, categories in _CATEGORIES.items():
        if missing := sorted(categories - told.get(source, set())):
            return f"no event subscription of {source} for {', '.join(missing)}"
    return None


_CATEGORIES = {
    "db-instance": {"maintenance", "configuration change", "failure"},
    "db-parameter-group": {"configuration change"},
    "db-security-group": {"configuration change", "failure"},
}


@policy("AIRFLOW.15", Severity.HIGH, INSTANCE, GROUP, fix="Give it a subnet group of two private subnets")
def own_subnets(store: Resource, graph: Graph) -> str | None:
    """A store lies in subnets that the stack file names, in two at least."""
    path, type_ = SUBNETS[store.type]
    group = named_by(store, path, type_, graph)
    if group is None:
        return f"{path} is no subnet group of this stack"
    subnets = set(at(group.inputs, "subnetIds") or ())
    return None if len(subnets) >= 2 else f"{group.name} has {len(subnets)} subnets"


@policy(
    "AIRFLOW.52", Severity.HIGH, INSTANCE, GROUP, fix="Give it the security group of components/firewall.py"
)
def own_firewall(store: Resource, graph: Graph) -> str | None:
    """A store is behind security groups of this stack alone: the account's default group admits others."""
    path = FIREWALLS[store.type]
    own = {urn for urn in store.property_dependencies.get(path, ()) if _is_group(urn, graph)}
    given = at(store.inputs, path) or ()
    return None if given and len(own) == len(given) else f"{path} is not a security group of this stack alone"


def _is_group(urn: str, graph: Graph) -> bool:
    return any(group.urn == urn for group in graph.of_type(SECURITY_GROUP))


@policy("AIRFLOW.18", Severity.MEDIUM, INSTANCE, GROUP, fix="Leave its alarms in place")
def watched(store: Resource, graph: Graph) -> str | None:
    """A store that is filling up wakes somebody in time before it stops, each node of a broker."""
    alarms = [alarm for alarm in graph.of_type(ALARM) if refers(alarm, "dimensions", store)]
    watching = [at(alarm.inputs, "metricName") for alarm in alarms]
    nodes = at(store.inputs, "numCacheClusters") or 1
    missing = [metric for metric in WATCHED[store.type] if watching.count(metric) < nodes]
    if missing:
        return f"no alarm watches {', '.join(missing)}"
    return next((problem for alarm in alarms if (problem := _numb(alarm, WATCHED[store.type]))), None)


def _numb(alarm: Resource, wanted: Mapping[str, tuple[str, float, float]]) -> str | None:
    """Why an alarm would come too late, or not at all."""
    metric = str(at(alarm.inputs, "metricName"))
    comparison, least, most = wanted.get(metric, (None, 0, 0))
    if comparison is None:
        return None
    if (got := at(alarm.inputs, "comparisonOperator")) != comparison:
        return f"{alarm.name}: comparisonOperator is {got or 'missing'}, wanted {comparison}"
    threshold, seconds = at(alarm.inputs, "threshold"), at(alarm.inputs, "period")
    if not is_number(threshold) or not least <= threshold <= most:
        return f"{alarm.name}: threshold is {threshold}, wanted {least} to {most}"
    silence = seconds * at(alarm.inputs, "evaluationPeriods")
    late = silence > LONGEST_SILENCE_SECONDS
    return f"{alarm.name} waits {silence} seconds, wanted {LONGEST_SILENCE_SECONDS} at most" if late else None


@policy("AIRFLOW.19", Severity.MEDIUM, INSTANCE, fix="Make the log groups before the database")
def log_groups(instance: Resource, graph: Graph) -> str | None:
    """The database's logs have groups of ours: one that RDS makes has no key and never expires."""
    identifier = at(instance.inputs, "identifier")
    made = {at(group.inputs, "name") for group in graph.of_type(LOG_GROUP)}
    wanted = [f"/aws/rds/instance/{identifier}/{export}" for export in EXPORTS]
    missing = [name for name in wanted if name not in made]
    return f"{', '.join(missing)} is missing" if missing else None


@policy("AIRFLOW.23", Severity.LOW, GROUP, fix="Deliver slow-log and engine-log to log groups of ours")
def broker_logs(group: Resource, _: Graph) -> str | None:
    """The broker's logs go to CloudWatch."""
    given = at(group.inputs, "logDeliveryConfigurations") or ()
    kept = {at(d, "logType") for d in given if at(d, "destinationType") == "cloudwatch-logs"}
    missing = sorted(BROKER_LOGS - kept)
    return f"logDeliveryConfigurations lacks {', '.join(missing)}" if missing else None


def _values(store: Resource, graph: Graph, name: str) -> list[str]:
    """What the store's parameter group says of one parameter: more than one value where it says it twice."""
    group = named_by(store, "parameterGroupName", PARAMETERS[store.type], graph)
    given: Iterable[object] = at(group.inputs, "parameters") or () if group else ()
    return [str(at(p, "value")) for p in given if at(p, "name") == name]


def _parameter(store: Resource, graph: Graph, name: str, wanted: list[str]) -> str | None:
    got = _values(store, graph, name)
    return (
        None if got == wanted else f"parameter {name} is {' and '.join(got) or 'missing'}, wanted {wanted[0]}"
    )


def _number(store: Resource, graph: Graph, name: str, *, least: int) -> str | None:
    got = _values(store, graph, name)
    if len(got) == 1 and got[0].lstrip("-").isdigit() and int(got[0]) >= least:
        return None
    return f"parameter {name} is {' and '.join(got) or 'missing'}, wanted at least {least}"
