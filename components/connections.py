"""Connection URLs and content hashes, as pure functions of plain strings.

Callers hand Outputs over through `Output.all(...).apply(function)`; nothing here knows about Pulumi.
"""

import hashlib
import hmac
from collections.abc import Iterable
from urllib.parse import quote, urlencode

from components.pod_layout import BUNDLE_PATH

HASH_DIGITS = 16
"""64 bits: two different secrets practically never share a hash, and a pod annotation stays readable."""


def database_url(username: str, password: str, address: str, port: int, database: str) -> str:
    """The libpq URL: TLS with verified certificate and host name.

    The plain scheme is deliberate: tools outside Python read the same string and refuse
    `postgresql+psycopg2`.
    """
    query = urlencode({"sslmode": "verify-full", "sslrootcert": BUNDLE_PATH}, safe="/")
    return (
        f"postgresql://{_credentials(username, password)}@{address}:{port}/{quote(database, safe='')}?{query}"
    )


def async_database_url(username: str, password: str, address: str, port: int, database: str) -> str:
    """The asyncpg URL, without TLS options: asyncpg refuses libpq's, and gets an SSLContext from
    local_settings.py."""
    return (
        f"postgresql+asyncpg://{_credentials(username, password)}@{address}:{port}/{quote(database, safe='')}"
    )


def broker_url(token: str, address: str, port: int) -> str:
    """The Celery broker's URL. Without `ssl_cert_reqs` kombu connects with verification off and only
    warns."""
    return f"rediss://:{quote(token, safe='')}@{address}:{port}/0?ssl_cert_reqs=required"


def content_hash(key: str, values: Iterable[str]) -> str:
    """A keyed hash of secret values: tells that they changed and nothing else, so it may stand in an
    annotation.

    Each value is framed by its length, so that moving a character from one value to the next changes the
    hash.
    """
    digest = hmac.new(key.encode(), digestmod=hashlib.sha256)
    for value in values:
        encoded = value.encode()
        digest.update(len(encoded).to_bytes(8, "big") + encoded)
    return digest.hexdigest()[:HASH_DIGITS]


def public_hash(*values: str) -> str:
    """A hash of values that are no secrets, for names that must change with their content."""
    return content_hash("", values)[:10]


def _credentials(username: str, password: str) -> str:
    return f"{quote(username, safe='')}:{quote(password, safe='')}"
