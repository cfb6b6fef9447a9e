"""Turns the sections of a stack file, and what other components made, into each component's arguments.

Fields of the same name are copied by `pick`; what is written out comes from somewhere else. Creates nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from pulumi import Input, Output

from components import capacity, dag_bundles, labels, pod_limit
from components.airflow import AirflowArgs
from components.alarms import Alarms, AlarmsArgs
from components.cache import Cache, CacheArgs
from components.cache_settings import CacheEngine, CacheUpkeep
from components.credentials import Credentials, CredentialsArgs
from components.database import Database, DatabaseArgs
from components.database_monitoring import DatabaseMonitoring
from components.database_settings import DatabaseEngine, DatabaseLimits, DatabaseStorage, DatabaseUpkeep
from components.encryption import Encryption, EncryptionArgs
from components.firewall import Placement
from components.git_secrets import GitAccess, git_secrets
from components.identity import ComponentRolesArgs, LogGrant, OidcProvider, ServiceAccountRole
from components.kubernetes_secrets import (
    BrokerAccess,
    DatabaseAccess,
    Keys,
    KubernetesSecrets,
    KubernetesSecretsArgs,
)
from components.logs import LogBucket, LogBucketArgs
from components.lookups import Account, Cluster
from components.namespace import Namespace, NamespaceArgs
from components.payload import Payload
from components.picking import pick

if TYPE_CHECKING:
    from components.dag_sources import DagSources
    from stacks.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Arguments:
    """What is known before the first component is made."""

    config: Settings
    stack: str
    account: Account
    cluster: Cluster
    subnet_ids: Sequence[Input[str]]

    @property
    def region(self) -> str:
        """The region everything lives in."""
        return self.config.account.region

    @property
    def labels(self) -> dict[str, str]:
        """Labels of every Kubernetes object."""
        return labels.kubernetes_labels(self.config.tags)

    def encryption(self) -> EncryptionArgs:
        """Of the key."""
        section = self.config.secrets
        days = section.key_deletion_window_days
        return pick(EncryptionArgs, section, deletion_window_days=days, region=self.region, **self._account())

    def credentials(self, encryption: Encryption) -> CredentialsArgs:
        """Of the generated secrets."""
        section, broker = self.config.secrets, self.config.cache is not None
        return pick(CredentialsArgs, section, stack=self.stack, key_arn=encryption.key_arn, broker=broker)

    def alarms(self, encryption: Encryption) -> AlarmsArgs:
        """Of the topic that alarms and database events go to."""
        emails = self.config.account.alarm_emails
        return AlarmsArgs(key_arn=encryption.key_arn, account_id=self.account.account_id, emails=emails)

    def database(self, encryption: Encryption, credentials: Credentials, alarms: Alarms) -> DatabaseArgs:
        """Of the metadata database."""
        section = self.config.database
        monitoring = pick(
            DatabaseMonitoring,
            section,
            alarm_topic_arn=alarms.topic_arn,
            max_connections=capacity.max_connections(section.instance_class),
            permissions_boundary_arn=self.config.account.permissions_boundary_arn,
            **self._account(),
        )
        return DatabaseArgs(
            key_arn=encryption.key_arn,
            master_password=credentials.master_password,
            placement=self._placement(),
            engine=pick(DatabaseEngine, section),
            storage=pick(DatabaseStorage, section),
            upkeep=pick(DatabaseUpkeep, section),
            limits=pick(DatabaseLimits, section),
            monitoring=monitoring,
            protect=section.protect,
        )

    def cache(self, encryption: Encryption, credentials: Credentials, alarms: Alarms) -> CacheArgs | None:
        """Of the broker; None where no executor needs one."""
        section, token = self.config.cache, credentials.broker_token
        if section is None or token is None:
            return None
        return CacheArgs(
            key_arn=encryption.key_arn,
            token=token,
            placement=self._placement(),
            engine=pick(CacheEngine, section),
            upkeep=pick(CacheUpkeep, section),
            alarm_topic_arn=alarms.topic_arn,
            log_retention_days=self.config.database.log_retention_days,
            protect=section.protect,
        )

    def logs(self, encryption: Encryption) -> LogBucketArgs:
        """Of the bucket of task logs."""
        account_id = self.account.account_id
        return pick(LogBucketArgs, self.config.logs, key_arn=encryption.key_arn, account_id=account_id)

    def roles(self, encryption: Encryption, logs: LogBucket) -> ComponentRolesArgs:
        """Of the roles that Airflow's service accounts take."""
        return ComponentRolesArgs(
            namespace=self.config.cluster.namespace,
            stack=self.stack,
            executor=self.config.airflow.executor,
            oidc=OidcProvider(issuer=self.cluster.issuer, arn=self.cluster.oidc_provider_arn),
            region=self.region,
            key_arn=encryption.key_arn,
            logs=LogGrant(bucket_arn=logs.arn, prefix=self.config.logs.prefix),
            dag_buckets=dag_bundles.dag_buckets(self.config.airflow),
            permissions_boundary_arn=self.config.account.permissions_boundary_arn,
            **self._account(),
        )

    def namespace(self) -> NamespaceArgs:
        """Of the namespace and its quota."""
        airflow, name = self.config.airflow, self.config.cluster.namespace
        pods, volumes = pod_limit.pod_limit(airflow), len(dag_bundles.claims(airflow))
        return NamespaceArgs(name=name, max_pods=pods, claims=volumes, labels=self.labels)

    def secrets(
        self, namespace: Namespace, credentials: Credentials, database: Database, cache: Cache | None
    ) -> KubernetesSecretsArgs:
        """Of the Secrets: where the data stores are, and with which keys they are opened."""
        token, admin = credentials.broker_token, self.config.airflow.admin
        keys = pick(Keys, credentials, admin_password=None if admin is None else credentials.admin_password)
        access = partial(pick, DatabaseAccess, database)
        return KubernetesSecretsArgs(
            namespace=namespace.name,
            database=access(username=self.config.database.username, password=credentials.database_password),
            master=access(username=database.master_username, password=credentials.master_password),
            broker=None if cache is None or token is None else pick(BrokerAccess, cache, token=token),
            keys=keys,
            git=git_secrets(self.config.airflow, pick(GitAccess, self.config)),
            labels=self.labels,
        )

    def airflow(
        self,
        payload: Payload,
        database: Database,
        logs: LogBucket,
        secrets: KubernetesSecrets,
        roles: Mapping[str, ServiceAccountRole],
        namespace: Namespace,
        dag_sources: DagSources | None,
    ) -> AirflowArgs:
        """Of Airflow itself."""
        return AirflowArgs(
            settings=self.config.airflow,
            stack=self.stack,
            region=self.region,
            namespace=namespace.name,
            log_folder=Output.concat("s3://", logs.bucket_name, "/", self.config.logs.prefix),
            database_resource_id=database.resource_id,
            secrets=secrets,
            roles=roles,
            payload=payload,
            dag_sources=dag_sources,
            labels=self.labels,
        )

    def _account(self) -> dict[str, Output[str]]:
        return {"account_id": self.account.account_id, "partition": self.account.partition}

    def _placement(self) -> Placement:
        return Placement(
            vpc_id=self.cluster.vpc_id,
            subnet_ids=self.subnet_ids,
            cluster_security_group_id=self.cluster.security_group_id,
            client_security_group_ids=self.config.network.client_security_group_ids,
        )
