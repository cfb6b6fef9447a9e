"""ElastiCache as a real Valkey or Redis."""

from __future__ import annotations

from typing import Any

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from emulator.backends.cache import PARAMETER_GROUP, Cache
from emulator.machine import Machine
from tests.emulator.server_resources import parameter_group, replication_group

pytestmark = pytest.mark.emulator

FIRST, SECOND, THIRD = (f"{number}-token-with-enough-letters" for number in ("first", "second", "third"))
POLICY = {"maxmemory-policy": "noeviction", "reserved-memory-percent": "25"}


def client(machine: Machine, token: str, **changes: Any) -> redis.Redis:
    trust = str(machine.substitutions.ca_bundle)
    tls = {"ssl": True, "ssl_ca_certs": trust, "ssl_cert_reqs": "required"}
    port = machine.ports.known()["cache-cache"]
    return redis.Redis(
        host="localhost", port=port, password=token, retry=Retry(NoBackoff(), 0), **{**tls, **changes}
    )


def ensure(machine: Machine, token: str = FIRST, strategy: str = "ROTATE") -> dict[str, Any]:
    return Cache(machine).ensure(
        replication_group(token, parameter_group(machine, PARAMETER_GROUP, POLICY), strategy), None
    )


def accepted(machine: Machine) -> list[str]:
    """Which of the three tokens open the cache."""
    found = []
    for token in (FIRST, SECOND, THIRD):
        try:
            client(machine, token).ping()
            found.append(token)
        except redis.AuthenticationError:
            continue
    return found


def pid(machine: Machine) -> int:
    return machine.supervisor.status()[0].pid


def test_the_outputs_lead_to_a_server_with_verified_tls_and_token(fresh: Machine) -> None:
    outputs = ensure(fresh)
    assert outputs["primaryEndpointAddress"] == "localhost"
    assert outputs["port"] == fresh.ports.known()["cache-cache"]
    assert client(fresh, FIRST).ping()
    with pytest.raises(redis.AuthenticationError):
        client(fresh, "wrong").ping()
    with pytest.raises(redis.ConnectionError):
        client(fresh, FIRST, ssl=False, ssl_ca_certs=None, ssl_cert_reqs=None).ping()


def test_the_recorded_policy_counts_and_survives_a_restart(fresh: Machine) -> None:
    changed = parameter_group(fresh, PARAMETER_GROUP, {"maxmemory-policy": "allkeys-lru"})
    Cache(fresh).ensure(replication_group(FIRST, changed), None)
    fresh.supervisor.restart("cache-cache")
    info: Any = client(fresh, FIRST).info("memory")
    assert info["maxmemory_policy"] == "allkeys-lru"
    ensure(fresh)
    info = client(fresh, FIRST).info("memory")
    assert info["maxmemory_policy"] == "noeviction"


def test_a_new_token_restarts_nothing_and_loses_no_message(fresh: Machine) -> None:
    ensure(fresh)
    before = pid(fresh)
    client(fresh, FIRST).lpush("queue", "message")
    ensure(fresh, SECOND)
    assert pid(fresh) == before
    assert client(fresh, SECOND).lrange("queue", 0, -1) == [b"message"]


def test_rotate_keeps_the_last_token_and_set_ends_it(fresh: Machine) -> None:
    """Between the two steps every pod has restarted; none was refused on the way."""
    ensure(fresh)
    ensure(fresh, SECOND)
    ensure(fresh, SECOND)  # an update that changes nothing ends nothing either
    assert accepted(fresh) == [FIRST, SECOND]
    ensure(fresh, SECOND, "SET")
    assert accepted(fresh) == [SECOND]


def test_at_most_two_tokens_are_valid(fresh: Machine) -> None:
    for token in (FIRST, SECOND, THIRD):
        ensure(fresh, token)
    assert accepted(fresh) == [SECOND, THIRD]


def test_set_without_a_rotation_before_refuses_the_old_token_at_once(fresh: Machine) -> None:
    ensure(fresh)
    ensure(fresh, SECOND, "SET")
    assert accepted(fresh) == [SECOND]


def test_messages_survive_a_stop(fresh: Machine) -> None:
    ensure(fresh)
    client(fresh, FIRST).lpush("queue", "message")
    fresh.supervisor.shutdown()
    ensure(fresh)
    assert client(fresh, FIRST).lrange("queue", 0, -1) == [b"message"]


def test_no_token_is_in_a_file(fresh: Machine) -> None:
    ensure(fresh)
    files = [file for file in fresh.state.root.rglob("*") if file.is_file()]
    assert not [file.name for file in files if FIRST.encode() in file.read_bytes()]


def test_applications_cannot_change_the_server(fresh: Machine) -> None:
    ensure(fresh)
    with pytest.raises(redis.ResponseError, match="permission"):
        client(fresh, FIRST).config_set("maxmemory-policy", "allkeys-lru")


def test_a_deleted_group_leaves_no_process_and_no_data(fresh: Machine) -> None:
    ensure(fresh)
    Cache(fresh).delete(replication_group(FIRST))
    assert fresh.supervisor.status() == []
    assert not (fresh.state.root / "cache" / "cache").exists()
