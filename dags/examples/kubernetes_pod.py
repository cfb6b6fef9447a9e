"""A task in a pod of its own, from any image: other tools, other Python, its own memory and rights.

Needs a cluster, and `airflow.tasks_may_start_pods: true` in the stack file: without it Airflow's pods have no
right to start others. On one machine this file is read like the others, but cannot be run.
"""

from datetime import datetime, timedelta

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.sdk import dag
from kubernetes.client import models as k8s


@dag(
    dag_id="example_kubernetes_pod",
    schedule=None,
    start_date=datetime(2026, 1, 1),
    catchup=False,
    default_args={"owner": "data-platform", "retries": 2, "retry_delay": timedelta(minutes=1)},
    tags=["example", "kubernetes"],
    doc_md=__doc__,
)
def example_kubernetes_pod():
    KubernetesPodOperator(
        task_id="count",
        image="python:3.11-slim",
        cmds=["python", "-c"],
        # What the pod writes to this file becomes the task's result.
        arguments=["import json; json.dump(sum(range(10)), open('/airflow/xcom/return.json', 'w'))"],
        do_xcom_push=True,
        container_resources=k8s.V1ResourceRequirements(
            requests={"cpu": "100m", "memory": "64Mi"}, limits={"cpu": "500m", "memory": "128Mi"}
        ),
        # What Kubernetes' restricted Pod Security level asks for.
        security_context={
            "runAsUser": 50000,
            "runAsNonRoot": True,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        container_security_context={"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
        deferrable=True,  # the triggerer watches the pod, no worker slot waits
        execution_timeout=timedelta(minutes=10),
        on_finish_action="delete_pod",
    )


example_kubernetes_pod()
