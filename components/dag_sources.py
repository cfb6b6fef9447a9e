"""What DAG sources need in the namespace: ConfigMaps, Jobs that fill claims, CronJobs that write DAG files.

Does not make claims (they exist) nor what runs inside Airflow's pods (chart_dags.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pulumi
from pulumi import CustomTimeouts, Input, ResourceOptions
from pulumi_kubernetes.batch.v1 import CronJob, Job
from pulumi_kubernetes.core.v1 import ConfigMap
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components import dag_generator, jobs, naming
from components.chart_dags import DagFiles, config_map_name
from components.connections import public_hash
from components.dag_bundles import source_path
from components.dag_folder import dag_files
from components.dag_generator import volume_name
from components.pod_layout import container_security, pod_security

if TYPE_CHECKING:
    from stacks.airflow_sections import AirflowSettings
    from stacks.dag_sections import ClaimSource, FillSettings


@dataclass(frozen=True, kw_only=True)
class DagSourcesArgs:
    """What DagSources needs from its caller."""

    settings: AirflowSettings
    namespace: Input[str]
    files: DagFiles = field(default_factory=dict)
    """Source name to the files of its folder."""
    labels: Mapping[str, str] = field(default_factory=dict)


class DagSources(pulumi.ComponentResource):
    """The objects beside Airflow's pods that DAG files come from."""

    files: DagFiles

    def __init__(self, name: str, args: DagSourcesArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("airflow:index:DagSources", name, None, opts)
        self._name, self._args, self._child = name, args, ResourceOptions(parent=self)

        self.files = args.files
        for source in args.settings.dags:
            if source.source == "config_map":
                files = args.files[source.name]
                ConfigMap(
                    f"{name}-{source.name}",
                    metadata=self._metadata(config_map_name(source, files)),
                    data=files,
                    opts=self._child,
                )
            elif source.source == "claim" and source.fill is not None:
                self._fill(source, source.fill)
            elif source.source == "generated" and source.run == "cron":
                account = naming.service_account("dag-processor")
                CronJob(
                    f"{name}-{source.name}",
                    metadata=self._metadata(f"airflow-dags-{source.name}"),
                    spec=dag_generator.cron_spec(args.settings, source, account),  # type: ignore[arg-type]
                    opts=self._child,
                )
        self.register_outputs({})

    def _fill(self, source: ClaimSource, fill: FillSettings) -> None:
        spec = fill_spec(self._args.settings, source, fill)
        mark = public_hash(repr(spec), str(fill.generation))
        waits = ResourceOptions(custom_timeouts=CustomTimeouts(create=jobs.AWAIT_TIMEOUT))
        Job(
            f"{self._name}-{source.name}",
            metadata=self._metadata(f"airflow-fill-{source.name}-{mark}", jobs.ANNOTATIONS),
            spec=spec,  # type: ignore[arg-type]  # a plain dict in the API's own spelling
            opts=ResourceOptions.merge(self._child, waits),
        )

    def _metadata(self, object_name: str, annotations: Mapping[str, str] | None = None) -> ObjectMetaArgs:
        return ObjectMetaArgs(
            name=object_name,
            namespace=self._args.namespace,
            labels=self._args.labels,
            annotations=annotations,
        )


def dag_sources_args(
    airflow: AirflowSettings, namespace: Input[str], labels: Mapping[str, str]
) -> DagSourcesArgs | None:
    """None where no DAG source needs anything here."""
    files = {
        source.name: dag_files(source.folder) for source in airflow.dags if source.source == "config_map"
    }
    fills = [s for s in airflow.dags if s.source == "claim" and s.fill is not None]
    crons = [s for s in airflow.dags if s.source == "generated" and s.run == "cron"]
    if not (files or fills or crons):
        return None
    return DagSourcesArgs(settings=airflow, namespace=namespace, files=files, labels=labels)


def fill_spec(airflow: AirflowSettings, source: ClaimSource, fill: FillSettings) -> dict[str, Any]:
    """Of the Job that fills a claim, under the namespace's default account: without rights anywhere."""
    volume, path = volume_name(source.name), source_path(source.name)
    mount = {"name": volume, "mountPath": path, **({"subPath": source.subpath} if source.subpath else {})}
    container = {
        "name": "fill",
        "image": fill.image or airflow.image.reference,
        "command": list(fill.command),
        "env": [{"name": "DAGS_FOLDER", "value": path}],
        "resources": dag_generator.RESOURCES,
        "securityContext": container_security(),
        "volumeMounts": [mount],
    }
    pod = {
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "restartPolicy": "Never",
        "securityContext": pod_security(),
        "containers": [container],
        "volumes": [{"name": volume, "persistentVolumeClaim": {"claimName": source.claim}}],
    }
    return {
        "activeDeadlineSeconds": jobs.DEADLINE_SECONDS,
        "backoffLimit": jobs.BACKOFF_LIMIT,
        "template": {"metadata": {"labels": {"component": "dag-fill"}}, "spec": pod},
    }
