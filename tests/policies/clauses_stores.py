"""Edits that break the policies of database and broker, one clause at a time."""

from tests.policies.breaking import Edit, cut, gone, put

RDS, CACHE = "aws:rds/instance:Instance", "aws:elasticache/replicationGroup:ReplicationGroup"
RDS_PARAMETERS = "aws:rds/parameterGroup:ParameterGroup"
CACHE_PARAMETERS = "aws:elasticache/parameterGroup:ParameterGroup"
EVENTS = "aws:rds/eventSubscription:EventSubscription"
LOGS, GROUP = "aws:cloudwatch/logGroup:LogGroup", "aws:ec2/securityGroup:SecurityGroup"


def parameter(name: str, *values: str, type_: str = RDS_PARAMETERS) -> Edit:
    """The parameter has these values, the others are as they should be."""
    right = {
        "rds.force_ssl": "1",
        "log_min_duration_statement": "1000",
        "log_statement": "ddl",
        "idle_in_transaction_session_timeout": "600000",
        "maxmemory-policy": "noeviction",
    }
    others = [{"name": key, "value": value} for key, value in right.items() if key != name]
    edit = put(type_, "parameters", [*others, *({"name": name, "value": value} for value in values)])
    return Edit(f"{name} {' then '.join(values) or 'missing'}", edit.apply, not values)


CLAUSES: dict[str, list[Edit]] = {
    "RDS.2": [
        put(RDS, "publiclyAccessible", True),
        put(RDS, "publiclyAccessible", "false"),
        cut(RDS, "publiclyAccessible"),
    ],
    "RDS.3": [
        put(RDS, "storageEncrypted", False),
        put(RDS, "storageEncrypted", "true"),
        cut(RDS, "storageEncrypted"),
        cut(RDS, "kmsKeyId"),
    ],
    "RDS.5": [put(RDS, "multiAz", False), cut(RDS, "multiAz")],
    "RDS.6": [
        put(RDS, "monitoringInterval", 0),
        put(RDS, "monitoringInterval", True),
        cut(RDS, "monitoringInterval"),
        cut(RDS, "monitoringRoleArn"),
    ],
    "RDS.8": [
        put(RDS, "deletionProtection", False),
        put(RDS, "deletionProtection", "true"),
        cut(RDS, "deletionProtection"),
    ],
    "RDS.9": [
        put(RDS, "enabledCloudwatchLogsExports", ["upgrade"]),
        put(RDS, "enabledCloudwatchLogsExports", ["postgresql"]),
        cut(RDS, "enabledCloudwatchLogsExports"),
    ],
    "RDS.10": [
        put(RDS, "iamDatabaseAuthenticationEnabled", False),
        cut(RDS, "iamDatabaseAuthenticationEnabled"),
    ],
    "RDS.11": [
        put(RDS, "backupRetentionPeriod", 6),
        put(RDS, "backupRetentionPeriod", "14"),
        cut(RDS, "backupRetentionPeriod"),
    ],
    "RDS.13": [put(RDS, "autoMinorVersionUpgrade", False), cut(RDS, "autoMinorVersionUpgrade")],
    "RDS.17": [put(RDS, "copyTagsToSnapshot", False), cut(RDS, "copyTagsToSnapshot")],
    "RDS.23": [put(RDS, "port", 5432), put(RDS, "port", "5432"), cut(RDS, "port")],
    "RDS.25": [put(RDS, "username", "postgres"), put(RDS, "username", "Admin"), cut(RDS, "username")],
    "RDS.20-22": [
        gone(EVENTS),
        gone(EVENTS, "database-events-db-instance"),
        gone(EVENTS, "database-events-db-parameter-group"),
        gone(EVENTS, "database-events-db-security-group"),
        put(EVENTS, "sourceType", "db-cluster"),
        put(EVENTS, "eventCategories", ["maintenance", "configuration change"]),
        put(EVENTS, "enabled", False),
        cut(EVENTS, "eventCategories"),
    ],
    "RDS.38": [
        parameter("rds.force_ssl", "0"),
        parameter("rds.force_ssl", "1", "0"),
        parameter("rds.force_ssl"),
        cut(RDS_PARAMETERS, "parameters"),
        gone(RDS_PARAMETERS),
        put(RDS, "parameterGroupName", "default.postgres17"),
        cut(RDS, "parameterGroupName"),
    ],
    "AIRFLOW.10": [
        parameter("idle_in_transaction_session_timeout", "0"),
        parameter("idle_in_transaction_session_timeout", "a while"),
        parameter("idle_in_transaction_session_timeout"),
    ],
    "AIRFLOW.11": [
        put(RDS, "engineLifecycleSupport", "open-source-rds-extended-support"),
        cut(RDS, "engineLifecycleSupport"),
    ],
    "AIRFLOW.12": [put(RDS, "caCertIdentifier", "rds-ca-2019"), cut(RDS, "caCertIdentifier")],
    "AIRFLOW.13": [
        put(RDS, "skipFinalSnapshot", True),
        cut(RDS, "skipFinalSnapshot"),
        cut(RDS, "finalSnapshotIdentifier"),
    ],
    "AIRFLOW.14": [
        put(RDS, "instanceClass", "db.t4g.large"),
        put(RDS, "instanceClass", "DB.T3.large"),
        cut(RDS, "instanceClass"),
    ],
    "AIRFLOW.15": [
        put(RDS, "dbSubnetGroupName", "default"),
        cut(RDS, "dbSubnetGroupName"),
        put(CACHE, "subnetGroupName", "somebody-elses"),
        gone("aws:elasticache/subnetGroup:SubnetGroup"),
        put("aws:rds/subnetGroup:SubnetGroup", "subnetIds", ["subnet-1", "subnet-1"]),
        cut("aws:elasticache/subnetGroup:SubnetGroup", "subnetIds"),
    ],
    "AIRFLOW.16": [
        put(RDS, "performanceInsightsEnabled", False),
        cut(RDS, "performanceInsightsEnabled"),
        cut(RDS, "performanceInsightsKmsKeyId"),
    ],
    "AIRFLOW.17": [
        parameter("log_min_duration_statement", "-1"),
        parameter("log_min_duration_statement", "0"),
        parameter("log_min_duration_statement", "1000", "-1"),
        parameter("log_min_duration_statement"),
        parameter("log_statement", "all"),
        parameter("log_statement"),
    ],
    "AIRFLOW.19": [gone(LOGS), put(LOGS, "name", "/aws/rds/instance/another/postgresql"), cut(LOGS, "name")],
    "ElastiCache.1": [
        put(CACHE, "snapshotRetentionLimit", 0),
        put(CACHE, "snapshotRetentionLimit", True),
        cut(CACHE, "snapshotRetentionLimit"),
    ],
    "ElastiCache.2": [put(CACHE, "autoMinorVersionUpgrade", False), cut(CACHE, "autoMinorVersionUpgrade")],
    "ElastiCache.3": [
        put(CACHE, "automaticFailoverEnabled", False),
        put(CACHE, "multiAzEnabled", False),
        put(CACHE, "numCacheClusters", 1),
        cut(CACHE, "automaticFailoverEnabled"),
        cut(CACHE, "multiAzEnabled"),
        cut(CACHE, "numCacheClusters"),
    ],
    "ElastiCache.4": [
        put(CACHE, "atRestEncryptionEnabled", False),
        put(CACHE, "atRestEncryptionEnabled", "true"),
        cut(CACHE, "atRestEncryptionEnabled"),
        cut(CACHE, "kmsKeyId"),
    ],
    "ElastiCache.5": [
        put(CACHE, "transitEncryptionMode", "preferred"),
        put(CACHE, "transitEncryptionEnabled", False),
        cut(CACHE, "transitEncryptionMode"),
        cut(CACHE, "transitEncryptionEnabled"),
    ],
    "ElastiCache.6": [
        put(CACHE, "authToken", ""),
        cut(CACHE, "authToken"),
        put(CACHE, "authTokenUpdateStrategy", "DELETE"),
    ],
    "ElastiCache.7": [put(CACHE, "subnetGroupName", "default"), cut(CACHE, "subnetGroupName")],
    "AIRFLOW.20": [
        put(CACHE, "clusterMode", "enabled"),
        cut(CACHE, "clusterMode"),
        put(CACHE, "numNodeGroups", 2),
        put(CACHE, "replicasPerNodeGroup", 1),
    ],
    "AIRFLOW.21": [
        parameter("maxmemory-policy", "allkeys-lru", type_=CACHE_PARAMETERS),
        parameter("maxmemory-policy", "noeviction", "allkeys-lru", type_=CACHE_PARAMETERS),
        parameter("maxmemory-policy", type_=CACHE_PARAMETERS),
        gone(CACHE_PARAMETERS),
        put(CACHE, "parameterGroupName", "default.valkey8"),
    ],
    "AIRFLOW.23": [
        put(
            CACHE,
            "logDeliveryConfigurations",
            [{"logType": "slow-log", "destinationType": "cloudwatch-logs"}],
        ),
        put(CACHE, "logDeliveryConfigurations.0.destinationType", "kinesis-firehose"),
        cut(CACHE, "logDeliveryConfigurations"),
    ],
    "AIRFLOW.52": [
        put(RDS, "vpcSecurityGroupIds", ["sg-default"]),
        cut(RDS, "vpcSecurityGroupIds"),
        put(CACHE, "securityGroupIds", []),
        put(CACHE, "securityGroupIds.1", "sg-of-somebody-else"),
        gone(GROUP),
    ],
}
