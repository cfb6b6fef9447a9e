"""The content of airflow.cfg: section -> key -> text.

Every value is text, because the chart prints numbers from a million up as 1e+06, and every key that the
chart would otherwise compute in a template is written out, so that the graph alone tells what Airflow is
configured with.
"""

import json
import math
from typing import TYPE_CHECKING, TypeAlias

from pulumi import Input

from components import local_settings, naming
from components.dag_bundles import dag_bundles
from components.pod_layout import API_SERVER_PORT, BUNDLES_PATH, DAGS_PATH, FAB_AUTH_MANAGER, STATSD_PORT

if TYPE_CHECKING:
    from stacks.airflow_sections import AirflowSettings

Config: TypeAlias = dict[str, dict[str, Input[str]]]

SMALL_WORKER_CONCURRENCY = 8
_BROKER_SOCKETS = {
    # A failover leaves connections that nobody answers and nobody closes; without limits the system gives up
    # on them after a quarter of an hour, and until then the worker takes no task.
    "socket_connect_timeout": "10",
    # Seconds without an answer; the longest that the worker itself asks Redis to wait is one.
    "socket_timeout": "30",
    "socket_keepalive": "True",
    # Kombu's own default, written out: an idle connection that is dead is found after at most twice as long.
    "health_check_interval": "25",
}
_SSM_BACKEND = "airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend"


def airflow_config(airflow: "AirflowSettings", stack: str, log_folder: Input[str]) -> Config:
    """The whole configuration; the settings' own `config` is merged last and wins."""
    config: Config = {
        "api": _api(airflow),
        "core": _core(airflow),
        "dag_processor": _dag_processor(airflow),
        "database": _database(airflow),
        "fab": {"enable_proxy_fix": "True"},
        "logging": _logging(log_folder),
        "metrics": _metrics(),
        "scheduler": _scheduler(),
        "secrets": _secrets(stack),
        "usage_data_collection": {"enabled": "False"},
        "workers": _workers(airflow),
        **(_celery(airflow) if airflow.executor_uses_celery else {}),
    }
    for section, values in airflow.config.items():
        config[section] = {**config.get(section, {}), **values}
    return {section: values for section, values in config.items() if values}


def _core(airflow: "AirflowSettings") -> dict[str, Input[str]]:
    base_path = "" if airflow.base_url is None else _path_of(airflow.base_url)
    return {
        "auth_manager": FAB_AUTH_MANAGER,
        "dags_folder": DAGS_PATH,
        "execution_api_server_url": (
            f"http://{naming.service_account('api-server')}:{API_SERVER_PORT}{base_path}/execution/"
        ),
        "executor": airflow.executor,
        "load_examples": "False",
        # Task instances that one scheduler may have queued or running; the default of 32 leaves large
        # workers idle.
        "parallelism": str(airflow.parallelism),
        "max_active_tasks_per_dag": str(airflow.max_active_tasks_per_dag),
    }


def _api(airflow: "AirflowSettings") -> dict[str, Input[str]]:
    base = {} if airflow.base_url is None else {"base_url": airflow.base_url}
    return {**base, "expose_config": "False"}


def _dag_processor(airflow: "AirflowSettings") -> dict[str, Input[str]]:
    return {
        # The same compact text that the chart derives from dagProcessor.dagBundleConfigList.
        "dag_bundle_config_list": json.dumps(dag_bundles(airflow), separators=(",", ":"), sort_keys=True),
        "dag_bundle_storage_path": BUNDLES_PATH,
        # Every source is looked at this often, and new files are parsed at once; the default is 5 minutes.
        # With bundle_refresh_check_interval (5 s) and git-sync's period a new DAG is visible within a minute.
        "refresh_interval": "30",
    }


def _database(airflow: "AirflowSettings") -> dict[str, Input[str]]:
    return {
        "sql_alchemy_connect_args": local_settings.CONNECT_ARGS,
        "sql_alchemy_connect_args_async": local_settings.ASYNC_CONNECT_ARGS,
        # The connection budget multiplies these two by the number of processes.
        "sql_alchemy_pool_size": str(airflow.connection_pool.size),
        "sql_alchemy_max_overflow": str(airflow.connection_pool.max_overflow),
    }


def _logging(log_folder: Input[str]) -> dict[str, Input[str]]:
    return {
        "colored_console_log": "False",
        # Local disks end with their pod, and nothing else trims them on workers without a volume.
        "delete_local_logs": "True",
        # True asks S3 for its own key; the bucket encrypts by default with ours and refuses that.
        "encrypt_s3_logs": "False",
        "remote_base_log_folder": log_folder,
        "remote_log_conn_id": "aws_default",
        "remote_logging": "True",
    }


def _metrics() -> dict[str, Input[str]]:
    return {
        "statsd_host": f"{naming.RELEASE}-statsd",
        "statsd_on": "True",
        "statsd_port": str(STATSD_PORT),
        "statsd_prefix": "airflow",
    }


def _scheduler() -> dict[str, Input[str]]:
    return {
        # Pause between two scheduling loops that found nothing. With 1 s each task of a chain starts 1.1 s
        # after its predecessor, with 0.1 s after 0.3 s at twice the scheduler's CPU per task; 0.2 takes
        # most of the gain.
        "scheduler_idle_sleep_time": "0.2",
        "standalone_dag_processor": "True",
    }


def _secrets(stack: str) -> dict[str, Input[str]]:
    return {
        "backend": _SSM_BACKEND,
        "backend_kwargs": json.dumps(
            {
                # aws_default stands in the environment; asking SSM for it first would cost a call per task
                # and log.
                "connections_lookup_pattern": "^(?!aws_default$)",
                "connections_prefix": naming.connections_prefix(stack),
                "variables_prefix": naming.variables_prefix(stack),
                "config_prefix": None,
            },
            sort_keys=True,
        ),
    }


def _workers(airflow: "AirflowSettings") -> dict[str, Input[str]]:
    if airflow.components.workers.concurrency > SMALL_WORKER_CONCURRENCY:
        return {}
    # On small workers about a quarter of the tasks wait this long at their end (the supervisor selects on
    # closed sockets). 1 s instead of 5 s gave 2.5 times the throughput at a concurrency of 4; from 16 on
    # nothing.
    return {"min_heartbeat_interval": "1"}


def _celery(airflow: "AirflowSettings") -> Config:
    return {
        "celery": {
            # Processes that the scheduler sends tasks with: one per core it may use.
            "sync_parallelism": str(math.ceil(_cores(airflow.components.scheduler.limits.cpu))),
            "worker_concurrency": str(airflow.components.workers.concurrency),
        },
        "celery_broker_transport_options": {
            # A task that runs longer than this is delivered, and run, a second time.
            "visibility_timeout": str(airflow.visibility_timeout_seconds),
            **_BROKER_SOCKETS,
        },
    }


def _cores(quantity: str) -> float:
    """Kubernetes CPU quantity (`500m`, `2`, `0.5`) as a number of cores."""
    return int(quantity[:-1]) / 1000 if quantity.endswith("m") else float(quantity)


def _path_of(url: str) -> str:
    """The path of a URL without its trailing slash: `https://host/airflow/` gives `/airflow`."""
    _, _, rest = url.partition("://")
    return rest[rest.find("/") :].rstrip("/") if "/" in rest else ""
