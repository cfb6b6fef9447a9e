"""Airflow itself: what the chart cannot bring along, two Jobs, and the chart's release.

Does not own the Secrets it names (kubernetes_secrets.py) nor anything of the cloud.

A failed update is undone by Helm (`atomic`), except where the stack file says `upgrade`: after the migration
of a new version the old image's init containers wait for ever for the schema they know, so an undone release
would never start. What leads back from there is the database as it was before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pulumi
from pulumi import CustomTimeouts, Input, Output, ResourceOptions
from pulumi_kubernetes.batch.v1 import Job
from pulumi_kubernetes.core.v1 import ConfigMap, ServiceAccount
from pulumi_kubernetes.helm.v3 import Release
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components import jobs, naming
from components.chart_source import chart_source
from components.chart_values import ChartInputs, chart_values
from components.connections import public_hash
from components.dag_sources import DagSources
from components.identity import ServiceAccountRole
from components.kubernetes_secrets import KubernetesSecrets
from components.payload import Payload
from components.pod_layout import ADMIN_SCRIPT, API_SERVER_PORT, BUNDLE_CONFIG_MAP, BUNDLE_FILE, ROLE_SCRIPT

if TYPE_CHECKING:
    from stacks.airflow_sections import AdminSettings, AirflowSettings

TIMEOUT_SECONDS = 1800
"""Image pulls on new nodes and one rollout of every component."""
JOBS_ACCOUNT = "airflow-jobs"
"""Service account of the Jobs, without any right in Kubernetes or in the cloud."""


@dataclass(frozen=True, kw_only=True)
class AirflowArgs:
    """What Airflow needs from its caller."""

    settings: AirflowSettings
    stack: str
    """Part of the SSM paths that Airflow reads."""
    region: str
    namespace: Input[str]
    log_folder: Input[str]
    """`s3://bucket/prefix` of the task logs."""
    database_resource_id: Input[str]
    """Identity of the database behind the address: a restored one has to be migrated again."""
    secrets: KubernetesSecrets
    roles: Mapping[str, ServiceAccountRole]
    """One per component of naming.COMPONENTS."""
    payload: Payload
    dag_sources: DagSources | None = None
    """What DAG sources need beside the pods, where they need anything."""
    labels: Mapping[str, str] = field(default_factory=dict)


class Airflow(pulumi.ComponentResource):
    """A migrated database, a first user if one is wanted, and the running release."""

    release_name: Output[str]
    namespace: Output[str]
    url: Output[str]

    def __init__(self, name: str, args: AirflowArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("airflow:index:Airflow", name, None, opts)
        self._name, self._args, self._child = name, args, ResourceOptions(parent=self)

        bundle = self._config_map("rds-ca", BUNDLE_CONFIG_MAP, {BUNDLE_FILE: args.payload.rds_bundle})
        account = ServiceAccount(
            f"{name}-jobs-account",
            metadata=self._metadata(JOBS_ACCOUNT),
            automount_service_account_token=False,
            opts=self._child,
        )
        migration = self._migration([bundle, account, args.secrets])
        admin = args.settings.admin
        first_user = [] if admin is None else [self._first_user(admin, migration)]
        release = self._release([migration, *first_user, *args.roles.values()])

        self.release_name = release.status.name
        self.namespace = Output.from_input(args.namespace)
        internal = Output.concat(
            f"http://{naming.service_account('api-server')}.", args.namespace, f".svc:{API_SERVER_PORT}"
        )
        self.url = internal if args.settings.base_url is None else Output.from_input(args.settings.base_url)
        self.register_outputs(
            {"release_name": self.release_name, "namespace": self.namespace, "url": self.url}
        )

    def _migration(self, after: Sequence[pulumi.Resource]) -> Job:
        script = self._args.payload.role_script
        config_map = f"airflow-database-script-{public_hash(script)}"
        source = self._config_map("database-script", config_map, {ROLE_SCRIPT: script})
        job_name = Output.all(self._schema(), self._args.secrets.hashes["migrate"]).apply(
            lambda known: jobs.migration_name(known[0], known[1], script)
        )
        spec = jobs.migration_spec(self._args.settings, JOBS_ACCOUNT, config_map)
        return self._job("migrate", job_name, spec, [source, *after])

    def _first_user(self, admin: AdminSettings, migration: Job) -> Job:
        script = self._args.payload.admin_script
        config_map = f"airflow-admin-script-{public_hash(script)}"
        source = self._config_map("admin-script", config_map, {ADMIN_SCRIPT: script})
        job_name = Output.all(self._schema(), self._args.secrets.hashes["admin"]).apply(
            lambda known: jobs.admin_name(admin, known[0], known[1], script)
        )
        spec = jobs.admin_spec(self._args.settings, admin, JOBS_ACCOUNT, config_map)
        return self._job("admin", job_name, spec, [source, migration])

    def _schema(self) -> Output[str]:
        settings = self._args.settings
        return Output.from_input(self._args.database_resource_id).apply(
            lambda resource_id: jobs.schema_mark(settings, resource_id)
        )

    def _job(self, key: str, job_name: Output[str], spec: jobs.Spec, after: Sequence[pulumi.Resource]) -> Job:
        options = ResourceOptions(
            # The Secrets, ConfigMaps and the schema are named or assumed, not passed, so the order must be
            # said.
            depends_on=after,
            custom_timeouts=CustomTimeouts(create=jobs.AWAIT_TIMEOUT),
        )
        return Job(
            f"{self._name}-{key}",
            metadata=self._metadata(job_name, jobs.ANNOTATIONS),
            spec=spec,  # type: ignore[arg-type]  # a plain dict in the API's own spelling
            opts=ResourceOptions.merge(self._child, options),
        )

    def _release(self, after: Sequence[pulumi.Resource]) -> Release:
        args = self._args
        smoke_name = f"airflow-smoke-{public_hash(*args.payload.smoke, *args.payload.smoke.values())}"
        smoke = self._config_map("smoke", smoke_name, args.payload.smoke)
        inputs = ChartInputs(
            stack=args.stack,
            region=args.region,
            log_folder=args.log_folder,
            role_arns={component: role.role_arn for component, role in args.roles.items()},
            hashes=args.secrets.hashes,
            smoke_config_map=smoke_name,
            smoke_files=list(args.payload.smoke),
            dag_files={} if args.dag_sources is None else args.dag_sources.files,
            labels=args.labels,
        )
        sources = [] if args.dag_sources is None else [args.dag_sources]
        undone_on_failure = not args.settings.upgrade
        return Release(
            f"{self._name}-release",
            name=naming.RELEASE,
            namespace=args.namespace,
            **chart_source(args.settings.chart),
            values=chart_values(args.settings, inputs),
            atomic=undone_on_failure,
            # It would also delete what the new version has and the old one had not.
            cleanup_on_fail=undone_on_failure,
            wait_for_jobs=True,
            timeout=TIMEOUT_SECONDS,
            max_history=10,
            # The pods need schema, user and rights; none of them is an input of the chart.
            opts=ResourceOptions.merge(self._child, ResourceOptions(depends_on=[smoke, *sources, *after])),
        )

    def _config_map(self, key: str, object_name: str, data: Mapping[str, str]) -> ConfigMap:
        return ConfigMap(
            f"{self._name}-{key}", metadata=self._metadata(object_name), data=data, opts=self._child
        )

    def _metadata(
        self, object_name: Input[str], annotations: Mapping[str, str] | None = None
    ) -> ObjectMetaArgs:
        return ObjectMetaArgs(
            name=object_name,
            namespace=self._args.namespace,
            labels=self._args.labels,
            annotations=annotations,
        )
