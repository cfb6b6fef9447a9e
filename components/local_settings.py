"""The text of `airflow_local_settings.py`, which the chart writes into its ConfigMap.

libpq reads `sslrootcert` from the URL, asyncpg knows no such parameter: it takes an `ssl.SSLContext`, which
only Python code can make. Airflow imports the dictionaries through `[database] sql_alchemy_connect_args`
and `..._async`.
"""

from typing import Final

from components.pod_layout import BUNDLE_PATH

CONNECT_ARGS: Final = "airflow_local_settings.CONNECT_ARGS"
ASYNC_CONNECT_ARGS: Final = "airflow_local_settings.ASYNC_CONNECT_ARGS"

CONNECT_TIMEOUT_SECONDS: Final = 10
KEEPALIVE_IDLE_SECONDS: Final = 30
KEEPALIVE_INTERVAL_SECONDS: Final = 10
KEEPALIVE_COUNT: Final = 3
"""After a fail-over of the database the old address simply stops to answer: a dead connection is noticed
after 30 + 3 x 10 seconds. Linux alone would wait more than two hours."""

_TEMPLATE: Final = '''\
"""Connection arguments for Airflow's metadata database."""

import ssl

# Airflow copies every public name of this file into its own settings unless this list says otherwise.
__all__ = ["ASYNC_CONNECT_ARGS", "CONNECT_ARGS"]

CONNECT_ARGS = {{
    "connect_timeout": {timeout},
    "keepalives": 1,
    "keepalives_idle": {idle},
    "keepalives_interval": {interval},
    "keepalives_count": {count},
}}

# The default context checks the certificate and the host name.
ASYNC_CONNECT_ARGS = {{"ssl": ssl.create_default_context(cafile="{bundle}"), "timeout": {timeout}}}
'''


def local_settings() -> str:
    """The module's text. It holds no `{{`, which the chart's template engine would interpret."""
    return _TEMPLATE.format(
        timeout=CONNECT_TIMEOUT_SECONDS,
        idle=KEEPALIVE_IDLE_SECONDS,
        interval=KEEPALIVE_INTERVAL_SECONDS,
        count=KEEPALIVE_COUNT,
        bundle=BUNDLE_PATH,
    )
