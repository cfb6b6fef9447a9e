"""Which parts of Airflow's configuration are this program's: a second value would silently win or lose."""

OWNED_CONFIG: dict[str, tuple[str, ...]] = {
    "api": ("base_url", "expose_config", "secret_key", "workers"),
    "api_auth": ("jwt_secret",),
    "celery": ("broker_url", "result_backend", "ssl_active", "worker_concurrency"),
    "celery_broker_transport_options": (
        "health_check_interval",
        "socket_connect_timeout",
        "socket_keepalive",
        "socket_timeout",
        "visibility_timeout",
    ),
    "core": (
        "auth_manager",
        "dags_folder",
        "execution_api_server_url",
        "executor",
        "fernet_key",
        "max_active_tasks_per_dag",
        "parallelism",
        "simple_auth_manager_all_admins",
    ),
    "dag_processor": ("dag_bundle_config_list", "dag_bundle_storage_path"),
    "database": (
        "sql_alchemy_conn",
        "sql_alchemy_conn_async",
        "sql_alchemy_connect_args",
        "sql_alchemy_connect_args_async",
        "sql_alchemy_max_overflow",
        "sql_alchemy_pool_enabled",
        "sql_alchemy_pool_size",
    ),
    "fab": ("auth_role_public", "config_file"),
    "logging": ("encrypt_s3_logs", "remote_base_log_folder", "remote_log_conn_id", "remote_logging"),
    "metrics": ("statsd_host", "statsd_on", "statsd_port"),
    "secrets": ("backend", "backend_kwargs"),
}
"""Section of airflow.cfg -> keys that have a setting or a constant here."""

_FORMS = ("", "_CMD", "_SECRET")
"""Airflow reads a value, a command that prints it, or a name in the secrets backend."""

OWNED_ENV = frozenset(
    f"AIRFLOW__{section.upper()}__{key.upper()}{form}"
    for section, keys in OWNED_CONFIG.items()
    for key in keys
    for form in _FORMS
) | {
    "AIRFLOW_CONN_AIRFLOW_DB",
    "AIRFLOW_CONN_AWS_DEFAULT",
    "AIRFLOW_HOME",
    "AWS_DEFAULT_REGION",
    "DUMB_INIT_SETSID",
}
"""Variables that this program or the chart sets."""

REFUSED_ENV = {
    "_PIP_ADDITIONAL_REQUIREMENTS": "installs at every start of every pod; build an image instead",
    "PGSSLROOTCERT": "would reach the tasks' own databases; the program sets it per connection",
    "PGSSLMODE": "would reach the tasks' own databases; the program sets it per connection",
    "AWS_ACCESS_KEY_ID": "pods have a role of their own; keys do not belong in a stack file",
    "AWS_SECRET_ACCESS_KEY": "pods have a role of their own; keys do not belong in a stack file",
    "AWS_SESSION_TOKEN": "pods have a role of their own; keys do not belong in a stack file",
}
"""Variables that nobody should set, with the reason."""
