from __future__ import annotations

from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from components.connections import async_database_url, broker_url, content_hash, database_url, public_hash
from components.pod_layout import BUNDLE_PATH

AWKWARD = "p@ss:w/rd?&#% é"


def test_the_database_url_verifies_certificate_and_host() -> None:
    query = parse_qs(urlsplit(database_url("u", "p", "db.example", 5433, "airflow")).query)
    assert query == {"sslmode": ["verify-full"], "sslrootcert": [BUNDLE_PATH]}


def test_the_database_url_has_the_plain_scheme_that_other_tools_read() -> None:
    assert database_url("u", "p", "db.example", 5433, "airflow").startswith(
        "postgresql://u:p@db.example:5433/"
    )


def test_the_async_url_has_no_options_that_asyncpg_refuses() -> None:
    url = async_database_url("u", "p", "db.example", 5433, "airflow")
    assert url == "postgresql+asyncpg://u:p@db.example:5433/airflow"


@pytest.mark.parametrize("build", [database_url, async_database_url])
def test_a_password_survives_the_way_through_a_url(build) -> None:  # noqa: ANN001 - one of two functions
    parts = urlsplit(build("user@org", AWKWARD, "db.example", 5433, "airflow"))
    assert (unquote(parts.username or ""), unquote(parts.password or "")) == ("user@org", AWKWARD)
    assert (parts.hostname, parts.port, parts.path) == ("db.example", 5433, "/airflow")


def test_the_broker_url_verifies_the_certificate() -> None:
    assert broker_url("tok/en", "cache.example", 6379) == (
        "rediss://:tok%2Fen@cache.example:6379/0?ssl_cert_reqs=required"
    )


def test_a_hash_changes_with_each_value_and_with_the_key() -> None:
    hashes = {
        content_hash("key", ["a", "b"]),
        content_hash("key", ["a", "c"]),
        content_hash("key", ["b", "a"]),
        content_hash("other", ["a", "b"]),
    }
    assert len(hashes) == 4


def test_a_hash_is_16_hex_digits() -> None:
    assert len(content_hash("key", ["a"])) == 16
    assert int(content_hash("key", ["a"]), 16) >= 0


def test_moving_a_character_between_values_changes_the_hash() -> None:
    assert content_hash("key", ["ab", "c"]) != content_hash("key", ["a", "bc"])


def test_a_public_hash_is_the_same_each_time() -> None:
    assert public_hash("a", "b") == public_hash("a", "b") != public_hash("ab", "")
