"""Run by Airflow's own Python: what KubernetesExecutor would make of the template and a task's pod_override.

Reads `{"template": pod, "override": {...}}` from standard input, where the override is a list of containers
and other fields of a pod's specification in Kubernetes' spelling; writes the pod.
"""

import json
import sys

from airflow.providers.cncf.kubernetes.pod_generator import PodGenerator
from kubernetes.client import ApiClient


def main() -> None:
    """One pod."""
    given = json.load(sys.stdin)
    template = PodGenerator.deserialize_model_dict(given["template"])
    override = PodGenerator.deserialize_model_dict(given["override"]) if given["override"] else None
    pod = PodGenerator.construct_pod(
        dag_id="dag",
        task_id="task",
        pod_id="pod",
        try_number=1,
        kube_image="registry.example/airflow:3.3.2-1",
        date=None,
        args=["python", "-m", "airflow.sdk.execution_time.execute_workload"],
        pod_override_object=PodGenerator.from_obj({"pod_override": override}),
        base_worker_pod=template,
        namespace="airflow",
        scheduler_job_id="1",
    )
    json.dump(ApiClient().sanitize_for_serialization(pod), sys.stdout)


main()
